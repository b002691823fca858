// Ask.java -- answers SQL expressions with a real Flink, for compare.py.
//
//     java -cp 'JARS/*' Ask.java <FILE        (a file as compare.py describes it)
//
// One line for each expression: `TYPE <tab> VALUE ...`, a value for each row, or `ERROR: why`.  Many
// expressions go into one job; where one of them fails, its part of them is asked again.
import java.io.*;
import java.nio.charset.StandardCharsets;
import java.util.*;
import java.util.regex.*;
import org.apache.flink.table.api.*;
import org.apache.flink.table.api.internal.TableResultInternal;
import org.apache.flink.table.catalog.Column;
import org.apache.flink.table.data.RowData;
import org.apache.flink.util.CloseableIterator;

public class Ask {
    static final int BATCH = 60; // expressions in one job
    static final Pattern SET = Pattern.compile("(?i)SET\\s+'([^']*)'\\s*=\\s*'([^']*)'");

    final TableEnvironment env = TableEnvironment.create(EnvironmentSettings.newInstance().inBatchMode().build());
    final PrintStream out = new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8);
    final List<String> waiting = new ArrayList<>();
    String from = "";

    public static void main(String[] args) throws Exception {
        Ask ask = new Ask();
        ask.env.getConfig().set("table.local-time-zone", "UTC");
        ask.env.getConfig().set("parallelism.default", "1");
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line; (line = in.readLine()) != null; ) ask.line(line.strip());
        ask.flush();
        System.exit(0);
    }

    void line(String line) {
        Matcher set = SET.matcher(line);
        if (line.isEmpty() || line.startsWith("--")) return;
        if (line.toUpperCase().startsWith("@FROM")) {
            flush();
            from = line.length() > "@FROM".length() ? line.substring(1) : "";
        } else if (set.matches()) {
            flush();
            env.getConfig().set(set.group(1), set.group(2));
        } else if (!line.startsWith("@")) {
            waiting.add(line);
            if (waiting.size() == BATCH) flush();
        }
    }

    void flush() {
        String[] answers = new String[waiting.size()];
        if (answers.length > 0) answer(0, answers.length, answers);
        for (String answer : answers) out.println(answer);
        waiting.clear();
    }

    /** Of waiting[first, end). */
    void answer(int first, int end, String[] answers) {
        StringBuilder query = new StringBuilder("SELECT ");
        for (int i = first; i < end; i++) {
            query.append(i > first ? ",\n" : "").append(waiting.get(i)).append("\nAS answer_").append(i);
        }
        try {
            List<String[]> rows = execute(query + " " + from);
            for (int i = first; i < end; i++) {
                StringJoiner cells = new StringJoiner("\t");
                for (String[] row : rows) cells.add(row[i - first]);
                answers[i] = cells.toString();
            }
        } catch (Exception | LinkageError e) {
            if (end - first == 1) {
                answers[first] = "ERROR: " + reason(e);
                return;
            }
            int part = (end - first + 3) / 4;
            for (int i = first; i < end; i += part) answer(i, Math.min(end, i + part), answers);
        }
    }

    /** The types, then the rows, as Flink's client prints them. */
    List<String[]> execute(String query) throws Exception {
        TableResultInternal result = (TableResultInternal) env.executeSql(query);
        List<String[]> rows = new ArrayList<>();
        rows.add(result.getResolvedSchema().getColumns().stream()
                .map((Column c) -> c.getDataType().getLogicalType().asSummaryString()).toArray(String[]::new));
        try (CloseableIterator<RowData> values = result.collectInternal()) {
            while (values.hasNext()) {
                String[] row = result.getRowDataToStringConverter().convert(values.next());
                for (int i = 0; i < row.length; i++) row[i] = escaped(row[i]);
                rows.add(row);
            }
        }
        return rows;
    }

    /** As weir writes tab-separated values. */
    static String escaped(String text) {
        return text.replace("\\", "\\\\").replace("\n", "\\n").replace("\t", "\\t").replace("\r", "\\r");
    }

    static String reason(Throwable e) {
        while (e.getCause() != null) e = e.getCause();
        return escaped(String.valueOf(e.getMessage()));
    }
}
