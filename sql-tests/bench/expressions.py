"""expressions.py -- what `./dev bench expr` measures: pairs of one expression, for weir and for DuckDB.

Columns are those of expr_data.c.  Where the two write the same thing differently the second text is given;
expr.py compares what both give before it compares how fast they are.

DuckDB's `/` of two DECIMALs is one of doubles, so its side casts to the type that Flink's has."""
import collections

Pair = collections.namedtuple("Pair", "weir duckdb", defaults=[None])

PAIRS = [
    # numbers
    Pair("a + b * 2"),
    Pair("ABS(MOD(i, j))", "abs(i % j)"),
    Pair("x * y + 0.5E0", "x * y + 0.5::DOUBLE"),
    Pair("ROUND(x, 2)", "round(x, 2)"),
    Pair("price + cost"),
    Pair("price * rate"),
    Pair("price / cost", "(price::DOUBLE / cost::DOUBLE)::DECIMAL(27, 15)"),
    Pair("big1 + big2"),
    # conditions
    Pair("a > b AND i BETWEEN -500000000000 AND 500000000000 OR n = 5"),
    Pair("b IN (3, 14, 159, 265, 358, 979, 323, 846)"),
    Pair("CASE WHEN a < 0 THEN 'neg' WHEN a < 1000 THEN 'small' ELSE 'large' END"),
    Pair("COALESCE(n, i)"),
    # conversions
    Pair("CAST(i AS STRING)", "i::VARCHAR"),
    Pair("CAST(digits AS BIGINT)", "digits::BIGINT"),
    Pair("CAST(number AS DOUBLE)", "number::DOUBLE"),
    Pair("CAST(ts_text AS TIMESTAMP(3))", "ts_text::TIMESTAMP"),
    # text
    Pair("city LIKE 'San%'"),
    Pair("line LIKE '%search%'"),
    Pair("line LIKE '%user=a%done%'"),
    Pair("UPPER(name)"),
    Pair("SUBSTRING(url, 9, 15)", "substring(url, 9, 15)"),
    Pair("city || '/' || name"),
    Pair("TRIM(BOTH 'h' FROM name)", "trim(name, 'h')"),
    Pair("REPLACE(url, '/', '::')", "replace(url, '/', '::')"),
    Pair("POSITION('user=' IN line)"),
    Pair("CHAR_LENGTH(`foreign`)", "length(\"foreign\")"),
    Pair("SPLIT_INDEX(url, '/', 3)", "split_part(url, '/', 4)"),
    Pair("REGEXP(line, 'id=[0-9]+7 ')", "regexp_matches(line, 'id=[0-9]+7 ')"),
    Pair("REGEXP_EXTRACT(url, 'q=([a-z]+)', 1)", "regexp_extract(url, 'q=([a-z]+)', 1)"),
    Pair("REGEXP_REPLACE(line, '[0-9]+', '#')", "regexp_replace(line, '[0-9]+', '#', 'g')"),
    Pair("MD5(url)"),
    # time
    Pair("EXTRACT(HOUR FROM ts)"),
    Pair("FLOOR(ts TO HOUR)", "date_trunc('hour', ts)"),
    Pair("DATE_FORMAT(ts, 'yyyy-MM-dd HH:mm')", "strftime(ts, '%Y-%m-%d %H:%M')"),
    Pair("TO_TIMESTAMP(day_text, 'dd/MM/yyyy HH:mm:ss')", "strptime(day_text, '%d/%m/%Y %H:%M:%S')"),
    Pair("TIMESTAMPDIFF(MINUTE, ts, ts2)", "datesub('minute', ts, ts2)"),
    # documents
    Pair("JSON_VALUE(doc, '$.user.name')", "json_extract_string(doc, '$.user.name')"),
]
