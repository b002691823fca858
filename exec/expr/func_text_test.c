/* func_text_test.c -- functions over text, case by case, and what cases cannot say: limits, long
 * texts, patterns that change from row to row.
 */
#include "exec/expr/func_case.h"

#define LONG_TEXT "a text of more than twelve bytes"

static const FuncCase join_cases[] = {
    {"||", "ab", {"s:a", "s:b"}},
    {"||", LONG_TEXT "!", {"s:" LONG_TEXT, "s:!"}},
    {"||", "NULL", {"s:a", "s!"}},
    {"||", "NULL", {"s!", "s:a"}},
    {"||", "xy", {"y:x", "y:y"}},
    {"||", "error: does not take", {"y:x", "s:y"}},
    {"||", "error: does not take", {"s:x", "i:1"}},
    {"CONCAT", "a", {"s:a"}},
    {"CONCAT", "", {"s:", "s:"}},
    {"CONCAT", "123456789012", {"s:1234", "s:5678", "s:9012"}}, /* the longest inline text */
    {"CONCAT", "1234567890123", {"s:1234", "s:5678", "s:90123"}},
    {"CONCAT", "NULL", {"s:a", "s!", "s:b"}},
    {"CONCAT", "error: takes at least 1 argument", {NULL}},
    {"CONCAT_WS", "a,b", {"S:,", "S:a", "S:b"}},
    {"CONCAT_WS", "a--b", {"S:-", "S:a", "S:", "S:b"}},
    {"CONCAT_WS", "a-b", {"S:-", "S:a", "S!", "S:b"}},
    {"CONCAT_WS", "", {"S:-", "S!"}},
    {"CONCAT_WS", "NULL", {"S!", "S:a", "S:b"}},
    {"CHAR_LENGTH", "5", {"s:größe"}},
    {"CHAR_LENGTH", "0", {"s:"}},
    {"CHAR_LENGTH", "NULL", {"s!"}},
    {"CHARACTER_LENGTH", "2", {"s:\xFFz"}}, /* a bad byte is one */
    {"CHAR_LENGTH", "error: does not take", {"i:5"}},
    {"ASCII", "97", {"s:abc"}},
    {"ASCII", "0", {"s:"}},
    {"ASCII", "233", {"s:é"}},
    {"CHR", "a", {"i:97"}},
    {"CHR", "a", {"i:353"}},
    {"CHR", "ÿ", {"i:255"}},
    {"CHR", "", {"i:-1"}},
    {"REVERSE", "cba", {"s:abc"}},
    {"REVERSE", "eßörg", {"s:größe"}},
    {"REVERSE",
     "z\xFF"
     "a",
     {"s:a\xFFz"}},
    {"REVERSE", "", {"s:"}},
    {"REVERSE", "setyb evlewt naht erom fo txet a", {"s:" LONG_TEXT}},
};

static const FuncCase case_cases[] = {
    {"UPPER", "ABC-1", {"s:abc-1"}},
    {"UPPER", "A TEXT OF MORE THAN TWELVE BYTES", {"s:" LONG_TEXT}},
    {"UPPER", "STRASSE", {"s:straße"}},
    {"UPPER", "ẞ", {"s:ẞ"}},
    {"UPPER", "FFI", {"s:ﬃ"}},
    {"UPPER", "ŹŻÉ", {"s:źżé"}},
    {"UPPER", "ΑΙ", {"s:ᾳ"}},
    {"UPPER", "ʼN", {"s:ŉ"}},
    {"UPPER", "Ω\xC3", {"s:ω\xC3"}}, /* cut in the middle of a character */
    {"UPPER", "", {"s:"}},
    {"UPPER", "NULL", {"s!"}},
    {"LOWER", "abc-1", {"s:ABC-1"}},
    {"LOWER", "größe", {"s:GRÖßE"}},
    {"LOWER", "ὀδυσσεύς", {"s:ὈΔΥΣΣΕΎΣ"}},
    {"LOWER", "σ", {"s:Σ"}},
    {"LOWER", "ας β", {"s:ΑΣ Β"}},
    {"LOWER", "i̇", {"s:İ"}},
    {"LOWER", "ß", {"s:ẞ"}},
    {"INITCAP", "Hello World-Wide 1st", {"s:hELLO wORLD-wIDE 1ST"}},
    {"INITCAP", "Élan Vital", {"s:éLAN vITAL"}},
    {"INITCAP", "", {"s:"}},
};

static const FuncCase part_cases[] = {
    {"SUBSTRING", "ell", {"s:hello", "i:2", "i:3"}},
    {"SUBSTRING", "ello", {"s:hello", "i:2"}},
    {"SUBSTRING", "lo", {"s:hello", "i:-2"}},
    {"SUBSTRING", "l", {"s:hello", "i:-2", "i:1"}},
    {"SUBSTRING", "", {"s:hello", "i:-6", "i:3"}},
    {"SUBSTRING", "he", {"s:hello", "i:0", "i:2"}},
    {"SUBSTRING", "", {"s:hello", "i:6"}},
    {"SUBSTRING", "", {"s:hello", "i:2", "i:0"}},
    {"SUBSTRING", "NULL", {"s:hello", "i:2", "i:-1"}},
    {"SUBSTRING", "öß", {"s:größe", "i:3", "i:2"}},
    {"SUBSTRING", "", {"s:hello", "l:-9223372036854775808", "i:3"}},
    {"SUBSTRING", "hello", {"s:hello", "i:1", "l:9223372036854775807"}},
    {"SUBSTRING", "text of more than twelve bytes", {"s:" LONG_TEXT, "i:3"}},
    {"SUBSTRING", "NULL", {"s:hello", "i!", "i:1"}},
    {"SUBSTRING", "error: does not take", {"s:hello", "s:x"}},
    {"SUBSTR", "ell", {"s:hello", "i:2", "i:3"}},
    {"LEFT", "gr", {"s:größe", "i:2"}},
    {"LEFT", "größe", {"s:größe", "i:9"}},
    {"LEFT", "", {"s:größe", "i:-1"}},
    {"LEFT", "\xFF\xFE", {"s:\xFF\xFE\xFD", "i:2"}},
    {"RIGHT", "ße", {"s:größe", "i:2"}},
    {"RIGHT", "größe", {"s:größe", "i:9"}},
    {"RIGHT", "", {"s:größe", "i:0"}},
    {"RIGHT", "", {"s:größe", "l:-9223372036854775808"}},
    {"TRIM", "a b", {"s:  a b "}},
    {"TRIM", "\ta", {"s:\ta "}}, /* blanks only */
    {"TRIM", "", {"s:   "}},
    {"TRIM", "b", {"S:BOTH", "s:xy", "s:xyxbyx"}},
    {"TRIM", "bx", {"S:LEADING", "s:x", "s:xxbx"}},
    {"TRIM", "xxb", {"S:trailing", "s:x", "s:xxbx"}},
    {"TRIM", "b", {"S:BOTH", "s:éö", "s:öébéö"}},
    {"TRIM", "xbx", {"S:BOTH", "s:", "s:xbx"}},
    {"TRIM",
     "\xFF",
     {"S:BOTH", "s:a",
      "s:a\xFF"
      "aa"}},
    {"TRIM", "NULL", {"S:BOTH", "s!", "s:xbx"}},
    {"TRIM", "error: does not take", {"S:MIDDLE", "s:x", "s:xbx"}},
    {"TRIM", "error: does not take", {"s:x", "s:xbx"}},
    {"LTRIM", "a ", {"s:  a "}},
    {"LTRIM", "by", {"s:xyby", "s:yx"}},
    {"RTRIM", "  a", {"s:  a "}},
    {"RTRIM", "xyb", {"s:xybyx", "s:yx"}},
    {"BTRIM", "a", {"s:  a "}},
    {"BTRIM", "b", {"s:xybyx", "s:yx"}},
    {"SPLIT_INDEX", "b", {"s:a,b,c", "s:,", "i:1"}},
    {"SPLIT_INDEX", "a", {"s:a,b,c", "s:,", "i:0"}},
    {"SPLIT_INDEX", "c", {"s:a,b,c", "s:,", "i:2"}},
    {"SPLIT_INDEX", "NULL", {"s:a,b,c", "s:,", "i:3"}},
    {"SPLIT_INDEX", "NULL", {"s:a,b,c", "s:,", "i:-1"}},
    {"SPLIT_INDEX", "", {"s:a,,c", "s:,", "i:1"}},
    {"SPLIT_INDEX", "", {"s:a,", "s:,", "i:1"}},
    {"SPLIT_INDEX", "c", {"s:a--b--c", "s:--", "i:2"}},
    {"SPLIT_INDEX", "NULL", {"s:", "s:,", "i:0"}},
    {"SPLIT_INDEX", "b", {"s:a b\tc", "s:", "i:1"}},
    {"SPLIT_INDEX", "", {"s:a ", "s:", "i:1"}},
    {"SPLIT_INDEX", "NULL", {"s:a,b", "s!", "i:0"}},
};

static const FuncCase find_cases[] = {
    {"POSITION", "3", {"s:ö", "s:größe"}},
    {"POSITION", "0", {"s:x", "s:größe"}},
    {"POSITION", "1", {"s:", "s:größe"}},
    {"POSITION", "1", {"s:", "s:"}},
    {"POSITION", "NULL", {"s!", "s:a"}},
    {"INSTR", "5", {"s:größe", "s:e"}},
    {"LOCATE", "2", {"s:b", "s:abcb"}},
    {"LOCATE", "4", {"s:b", "s:abcb", "i:3"}},
    {"LOCATE", "0", {"s:b", "s:abcb", "i:5"}},
    {"LOCATE", "2", {"s:b", "s:abcb", "i:-7"}},
    {"LOCATE", "1", {"s:", "s:abcb", "i:3"}},
    {"STARTSWITH", "TRUE", {"s:hello", "s:he"}},
    {"STARTSWITH", "FALSE", {"s:he", "s:hello"}},
    {"STARTSWITH", "TRUE", {"s:hello", "s:"}},
    {"STARTSWITH", "TRUE", {"y:hello", "y:he"}},
    {"STARTSWITH", "error: does not take", {"y:hello", "s:he"}},
    {"STARTSWITH", "NULL", {"s:hello", "s!"}},
    {"ENDSWITH", "TRUE", {"s:hello", "s:lo"}},
    {"ENDSWITH", "FALSE", {"s:hello", "s:hel"}},
};

static const FuncCase edit_cases[] = {
    {"REPLACE", "hexxo", {"s:hello", "s:l", "s:x"}},
    {"REPLACE", "heo", {"s:hello", "s:l", "s:"}},
    {"REPLACE", "ba", {"s:aaa", "s:aa", "s:b"}},
    {"REPLACE", "hello", {"s:hello", "s:z", "s:x"}},
    {"REPLACE", "-h-é-", {"s:hé", "s:", "s:-"}},
    {"REPLACE", "a word of more than twelve bytes", {"s:" LONG_TEXT, "s:text", "s:word"}},
    {"REPLACE", "NULL", {"s:hello", "s!", "s:x"}},
    {"OVERLAY", "heXXo", {"s:hello", "s:XX", "i:3"}},
    {"OVERLAY", "heXXlo", {"s:hello", "s:XX", "i:3", "i:1"}},
    {"OVERLAY", "heXX", {"s:hello", "s:XX", "i:3", "i:9"}},
    {"OVERLAY", "heXX", {"s:hello", "s:XX", "i:3", "i:0"}},
    {"OVERLAY", "hello", {"s:hello", "s:XX", "i:6"}},
    {"OVERLAY", "hello", {"s:hello", "s:XX", "i:0"}},
    {"OVERLAY", "helloXX", {"s:hello!", "s:XX", "i:6"}},
    {"OVERLAY", "g-öße", {"s:größe", "s:-", "i:2"}},
    {"TRANSLATE", "1b2", {"s:abc", "s:ac", "s:12"}},
    {"TRANSLATE", "b1", {"s:abca", "s:ca", "s:1"}},
    {"TRANSLATE", "groesse", {"s:groesse", "s:", "s:x"}},
    {"TRANSLATE", "grose", {"s:größe", "s:öß", "s:os"}},
    {"TRANSLATE", "é", {"s:e", "s:e", "s:é"}},
    {"TRANSLATE", "x", {"s:a", "s:aa", "s:xy"}}, /* the first counts */
    {"LPAD", "xyxhi", {"s:hi", "i:5", "s:xy"}},
    {"LPAD", "h", {"s:hi", "i:1", "s:xy"}},
    {"LPAD", "", {"s:hi", "i:0", "s:xy"}},
    {"LPAD", "NULL", {"s:hi", "i:-1", "s:xy"}},
    {"LPAD", "NULL", {"s:hi", "i:5", "s:"}},
    {"LPAD", "öäöé", {"s:é", "i:4", "s:öä"}},
    {"LPAD", "00000000000000000042", {"s:42", "i:20", "s:0"}},
    {"LPAD", "error: longer than 16777216 bytes", {"s:42", "i:2000000000", "s:0"}},
    {"LPAD", "error: longer than 16777216 bytes", {"s:4", "l:9223372036854775807", "s:é"}},
    {"RPAD", "hixyx", {"s:hi", "i:5", "s:xy"}},
    {"RPAD", "h", {"s:hi", "i:1", "s:xy"}},
    {"RPAD", "NULL", {"s:hi", "i:5", "s:"}},
    {"REPEAT", "ababab", {"s:ab", "i:3"}},
    {"REPEAT", "abcdefgabcdefg", {"s:abcdefg", "i:2"}},
    {"REPEAT", "", {"s:ab", "i:0"}},
    {"REPEAT", "", {"s:ab", "i:-3"}},
    {"REPEAT", "", {"s:", "l:9223372036854775807"}},
    {"REPEAT", "error: longer than 16777216 bytes", {"s:ab", "i:2000000000"}},
    {"REPEAT", "error: longer than 16777216 bytes", {"s:ab", "l:9223372036854775807"}},
};

static const FuncCase code_cases[] = {
    {"TO_BASE64", "", {"s:"}},
    {"TO_BASE64", "Zg==", {"s:f"}},
    {"TO_BASE64", "Zm8=", {"s:fo"}},
    {"TO_BASE64", "Zm9v", {"s:foo"}},
    {"TO_BASE64", "Zm9vYmFyIGdyw7bDn2U=", {"s:foobar größe"}},
    {"FROM_BASE64", "", {"s:"}},
    {"FROM_BASE64", "f", {"s:Zg=="}},
    {"FROM_BASE64", "fo", {"s:Zm8"}},
    {"FROM_BASE64", "foobar größe", {"s:Zm9vYmFyIGdyw7bDn2U="}},
    {"FROM_BASE64", "a\xEF\xBF\xBD", {"s:Yf8="}},
    {"FROM_BASE64", "error: no Base64", {"s:Z"}},
    {"FROM_BASE64", "error: no Base64", {"s:Zm9v Zm9v"}},
    {"FROM_BASE64", "error: no Base64", {"s:Zm8=="}},
    {"FROM_BASE64", "error: no Base64", {"s:===="}},
    {"URL_ENCODE", "a+b%26%C3%A9*-._%7E", {"s:a b&é*-._~"}},
    {"URL_DECODE", "a b&é", {"s:a+b%26%c3%A9"}},
    {"URL_DECODE", "\xEF\xBF\xBDx", {"s:%FFx"}},
    {"URL_DECODE", "NULL", {"s:a%2"}},
    {"URL_DECODE", "NULL", {"s:a%zz"}},
    {"PARSE_URL", "h.org", {"s:http://u:p@h.org:80/p/a?k=v&x=y#r", "s:HOST"}},
    {"PARSE_URL", "/p/a", {"s:http://u:p@h.org:80/p/a?k=v&x=y#r", "s:PATH"}},
    {"PARSE_URL", "k=v&x=y", {"s:http://u:p@h.org:80/p/a?k=v&x=y#r", "s:QUERY"}},
    {"PARSE_URL", "r", {"s:http://u:p@h.org:80/p/a?k=v&x=y#r", "s:REF"}},
    {"PARSE_URL", "http", {"s:http://u:p@h.org:80/p/a?k=v&x=y#r", "s:PROTOCOL"}},
    {"PARSE_URL", "/p/a?k=v&x=y", {"s:http://u:p@h.org:80/p/a?k=v&x=y#r", "s:FILE"}},
    {"PARSE_URL", "u:p@h.org:80", {"s:http://u:p@h.org:80/p/a?k=v&x=y#r", "s:AUTHORITY"}},
    {"PARSE_URL", "u:p", {"s:http://u:p@h.org:80/p/a?k=v&x=y#r", "s:USERINFO"}},
    {"PARSE_URL", "y", {"s:http://h.org/?k=v&x=y", "s:QUERY", "s:x"}},
    {"PARSE_URL", "NULL", {"s:http://h.org/?k=v&x=y", "s:QUERY", "s:y"}},
    {"PARSE_URL", "NULL", {"s:http://h.org/?k=v&x=y", "s:HOST", "s:x"}},
    {"PARSE_URL", "NULL", {"s:http://h.org/", "s:QUERY"}},
    {"PARSE_URL", "NULL", {"s:http://h.org/", "s:host"}},
    {"PARSE_URL", "NULL", {"s:no url", "s:HOST"}},
    {"PARSE_URL", "NULL", {"s:http://h:x/", "s:HOST"}},
    {"PARSE_URL", "[::1]", {"s:http://[::1]:80/", "s:HOST"}},
    {"PARSE_URL", "h.org", {"s:http://h.org?x=/", "s:HOST"}},
    {"PARSE_URL", "", {"s:http://h.org", "s:PATH"}},
};

static const FuncCase hash_cases[] = {
    {"MD5", "d41d8cd98f00b204e9800998ecf8427e", {"s:"}},
    {"MD5", "900150983cd24fb0d6963f7d28e17f72", {"s:abc"}},
    {"MD5", "fdbb3a56280acfa9031707622c599ccb", {"s:größe"}},
    {"SHA1", "da39a3ee5e6b4b0d3255bfef95601890afd80709", {"s:"}},
    {"SHA1", "a9993e364706816aba3e25717850c26c9cd0d89d", {"s:abc"}},
    {"SHA1", "93c6a3acf1b4a1beba25d8a45a3ccd719721538b", {"s:größe"}},
    {"SHA224", "d14a028c2a3a2bc9476102bb288234c415a2b01f828ea62ac5b3e42f", {"s:"}},
    {"SHA224", "23097d223405d8228642a477bda255b32aadbce4bda0b3f7e36c9da7", {"s:abc"}},
    {"SHA224", "a99c9d01fa757e09be63ef1131a91a084536ddbe069832d3301b4453", {"s:größe"}},
    {"SHA256", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", {"s:"}},
    {"SHA256", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", {"s:abc"}},
    {"SHA256", "d353a2671b67afff0941ae456e5c76e9394bd6579774ae7542a6185fb9843384", {"s:größe"}},
    {"SHA384",
     "38b060a751ac96384cd9327eb1b1e36a21fdb71114be07434c0cc7bf63f6e1da274edebfe76f65fbd51ad2f14898b"
     "95b",
     {"s:"}},
    {"SHA384",
     "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed8086072ba1e7cc2358baeca134c82"
     "5a7",
     {"s:abc"}},
    {"SHA384",
     "85969818496f2b8108e6df4bc45692eb3c47b3e1cf208e60a69f77705b25952907810a34c7580cb1779242597017a"
     "ff5",
     {"s:größe"}},
    {"SHA512",
     "cf83e1357eefb8bdf1542850d66d8007d620e4050b5715dc83f4a921d36ce9ce47d0d13c5d85f2b0ff8318d2877ee"
     "c2f63b931bd47417a81a538327af927da3e",
     {"s:"}},
    {"SHA512",
     "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3fee"
     "bbd454d4423643ce80e2a9ac94fa54ca49f",
     {"s:abc"}},
    {"SHA512",
     "4079747068d80d483e8aedaf374c5a905dde63f358bb7cdda7cc48b093f791e2d75f94a6b82076c3d0440e4f278b7"
     "b65a41ec20b1de47201a55612e8387de0a0",
     {"s:größe"}},
    {"MD5", "NULL", {"s!"}},
    {"SHA2", "23097d223405d8228642a477bda255b32aadbce4bda0b3f7e36c9da7", {"s:abc", "i:224"}},
    {"SHA2",
     "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
     {"s:abc", "i:256"}},
    {"SHA2",
     "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed8086072ba1e7cc2358baeca134c82"
     "5a7",
     {"s:abc", "i:384"}},
    {"SHA2",
     "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3fee"
     "bbd454d4423643ce80e2a9ac94fa54ca49f",
     {"s:abc", "i:512"}},
    {"SHA2", "error: does not take", {"s:abc", "I:1"}},
    {"MD5", "error: does not take", {"i:1"}},
};

static const FuncCase like_cases[] = {
    {"LIKE", "TRUE", {"s:abc", "s:abc"}},
    {"LIKE", "FALSE", {"s:abcd", "s:abc"}},
    {"LIKE", "TRUE", {"s:abcd", "s:abc%"}},
    {"LIKE", "FALSE", {"s:ab", "s:abc%"}},
    {"LIKE", "TRUE", {"s:xabc", "s:%abc"}},
    {"LIKE", "FALSE", {"s:abcx", "s:%abc"}},
    {"LIKE", "TRUE", {"s:xabcx", "s:%abc%"}},
    {"LIKE", "FALSE", {"s:xabx", "s:%abc%"}},
    {"LIKE", "TRUE", {"s:", "s:%"}},
    {"LIKE", "TRUE", {"s:x", "s:%%"}},
    {"LIKE", "TRUE", {"s:", "s:"}},
    {"LIKE", "FALSE", {"s:x", "s:"}},
    {"LIKE", "TRUE", {"s:größe", "s:gr__e"}},
    {"LIKE", "FALSE", {"s:größe", "s:gr___e"}},
    {"LIKE", "TRUE", {"s:größe", "s:_____"}},
    {"LIKE", "FALSE", {"s:", "s:_"}},
    {"LIKE", "TRUE", {"s:axbxc", "s:a%b%c"}},
    {"LIKE", "TRUE", {"s:abcbcd", "s:a%bcd"}},
    {"LIKE", "FALSE", {"s:abcbc", "s:a%bcd"}},
    {"LIKE", "TRUE", {"s:mississippi", "s:%iss%ip_i"}},
    {"LIKE", "FALSE", {"s:mississippi", "s:%iss%iss%iss%"}},
    {"LIKE", "TRUE", {"s:éaéb", "s:%é_"}},
    {"LIKE", "TRUE", {"s:aab", "s:%_b"}},
    {"LIKE", "TRUE", {"s:a%b", "s:a\\%b"}},
    {"LIKE", "FALSE", {"s:axb", "s:a\\%b"}},
    {"LIKE", "TRUE", {"s:a_b", "s:a\\_b"}},
    {"LIKE", "TRUE", {"s:a\\b", "s:a\\\\b"}},
    {"LIKE", "TRUE", {"s:a\\b", "s:a\\b"}},
    {"LIKE", "TRUE", {"s:a\\", "s:a\\"}},
    {"LIKE", "TRUE", {"s:10%", "s:10!%", "S:!"}},
    {"LIKE", "FALSE", {"s:100", "s:10!%", "S:!"}},
    {"LIKE", "TRUE", {"s:a!b", "s:a!!b", "S:!"}},
    {"LIKE", "TRUE", {"s:a%", "s:aé%", "S:é"}},
    {"LIKE", "TRUE", {"s:a\\x", "s:a\\%", "S:!"}}, /* the backslash is no escape then */
    {"LIKE", "error: ESCAPE takes", {"s:a", "s:a", "S:xy"}},
    {"LIKE", "error: ESCAPE takes", {"s:a", "s:a", "S:"}},
    {"LIKE", "TRUE", {"s:\xFFz", "s:_z"}},
    {"LIKE", "NULL", {"s!", "s:a"}},
    {"LIKE", "NULL", {"s:a", "s!"}},
    {"NOT LIKE", "FALSE", {"s:abcd", "s:abc%"}},
    {"NOT LIKE", "TRUE", {"s:xabcd", "s:abc%"}},
    {"NOT LIKE", "NULL", {"s:xabcd", "s!"}},
};

static const FuncCase similar_cases[] = {
    {"SIMILAR TO", "TRUE", {"s:abc", "s:abc"}},
    {"SIMILAR TO", "FALSE", {"s:abcd", "s:abc"}}, /* as a whole */
    {"SIMILAR TO", "TRUE", {"s:abc", "s:a%"}},
    {"SIMILAR TO", "TRUE", {"s:a\nc", "s:a_c"}},
    {"SIMILAR TO", "TRUE", {"s:cdcd", "s:(ab|cd)+"}},
    {"SIMILAR TO", "FALSE", {"s:x|y", "s:x|y"}},
    {"SIMILAR TO", "TRUE", {"s:y", "s:x|y"}},
    {"SIMILAR TO", "TRUE", {"s:a.c", "s:a.c"}},
    {"SIMILAR TO", "FALSE", {"s:abc", "s:a.c"}},
    {"SIMILAR TO", "TRUE", {"s:a12", "s:[a-c][0-9]{2}"}},
    {"SIMILAR TO", "TRUE", {"s:d", "s:[^a-c]"}},
    {"SIMILAR TO", "TRUE", {"s:q7", "s:[[:ALPHA:]][[:digit:]]"}},
    {"SIMILAR TO", "TRUE", {"s:a%", "s:a!%", "S:!"}},
    {"SIMILAR TO", "TRUE", {"s:a\\b", "s:a\\b"}},
    {"SIMILAR TO", "TRUE", {"s:^$", "s:^$"}},
    {"SIMILAR TO", "error: not opened", {"s:a", "s:a)|(b"}},
    {"SIMILAR TO", "error: not closed", {"s:a", "s:(a"}},
    {"SIMILAR TO", "error: not closed", {"s:a", "s:[a"}},
    {"SIMILAR TO", "error: nothing to repeat", {"s:a", "s:(?i)a"}},
    {"SIMILAR TO", "error: nothing to repeat", {"s:a", "s:a*+"}},
    {"SIMILAR TO", "error: unknown character class", {"s:a", "s:[[:X:]]"}},
    {"SIMILAR TO", "error: repetition is", {"s:a", "s:a{x}"}},
    {"SIMILAR TO", "error: nothing follows", {"s:a", "s:a!", "S:!"}},
    {"SIMILAR TO", "NULL", {"s!", "s:a"}},
    {"NOT SIMILAR TO", "TRUE", {"s:abcd", "s:abc"}},
};

static const FuncCase regex_cases[] = {
    {"REGEXP", "TRUE", {"s:hello", "s:l+"}},
    {"REGEXP", "FALSE", {"s:hello", "s:^l+"}},
    {"REGEXP", "FALSE", {"s:hello", "s:"}},
    {"REGEXP", "FALSE", {"s:hello", "s:("}},
    {"REGEXP", "TRUE", {"s:größe", "s:^gr..e$"}},
    {"REGEXP", "TRUE", {"s:中文", "s:[\\u4e00-\\u9fa5]"}},
    {"REGEXP", "TRUE", {"s:😀", "s:\\uD83D\\uDE00"}},
    {"REGEXP", "TRUE", {"s:a-b", "s:^\\p{Alpha}\\p{Punct}[\\p{Lower}]$"}},
    {"REGEXP", "FALSE", {"s:a", "s:\\P{Alpha}"}},
    {"REGEXP", "TRUE", {"s:中", "s:\\p{IsHan}"}},
    {"REGEXP", "TRUE", {"s:a.b", "s:\\Qa.b\\E"}},
    {"REGEXP", "FALSE", {"s:axb", "s:\\Qa.b\\E"}},
    {"REGEXP",
     "TRUE",
     {"s:\xFF"
      "abc",
      "s:abc"}},
    {"REGEXP", "error: within a class", {"s:a", "s:[a-z&&[^b]]"}},
    {"REGEXP", "error: within a class", {"s:a", "s:[a[b]]"}},
    {"REGEXP",
     "error: too many steps",
     {"s:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!", "s:^(a|aa)+$"}},
    {"REGEXP", "NULL", {"s:a", "s!"}},
    {"REGEXP_REPLACE", "h-o", {"s:hello", "s:[el]+", "s:-"}},
    {"REGEXP_REPLACE", "h$1o", {"s:hello", "s:([el]+)", "s:$1"}}, /* plain text */
    {"REGEXP_REPLACE", "-h-é-", {"s:hé", "s:", "s:-"}},
    {"REGEXP_REPLACE", "XXbX", {"s:aab", "s:a*", "s:X"}},
    {"REGEXP_REPLACE", "hello", {"s:hello", "s:x", "s:-"}},
    {"REGEXP_REPLACE", "a word of more than twelve bytes", {"s:" LONG_TEXT, "s:t..t", "s:word"}},
    {"REGEXP_REPLACE", "NULL", {"s:hello", "s:(", "s:-"}},
    {"REGEXP_REPLACE", "NULL", {"s:hello", "s:a\\Kb", "s:-"}},
    {"REGEXP_REPLACE",
     "x\xFF\xBFx",
     {"s:a\xFF\xBF"
      "a",
      "s:a", "s:x"}},
    {"REGEXP_EXTRACT", "12", {"s:ab12cd", "s:[0-9]+"}},
    {"REGEXP_EXTRACT", "bar", {"s:foothebar", "s:foo(.*?)(bar)", "i:2"}},
    {"REGEXP_EXTRACT", "foothebar", {"s:foothebar", "s:foo(.*?)(bar)", "i:0"}},
    {"REGEXP_EXTRACT", "NULL", {"s:foothebar", "s:foo(.*?)(bar)", "i:3"}},
    {"REGEXP_EXTRACT", "NULL", {"s:foothebar", "s:foo(.*?)(bar)", "i:-1"}},
    {"REGEXP_EXTRACT", "NULL", {"s:b", "s:(a)?b", "i:1"}},
    {"REGEXP_EXTRACT", "NULL", {"s:ab", "s:x"}},
    {"REGEXP_EXTRACT", "NULL", {"s:ab", "s:["}},
    {"REGEXP_EXTRACT", "text of more than twelve bytes", {"s:" LONG_TEXT, "s:t.*"}},
    {"REGEXP_SUBSTR", "12", {"s:ab12cd34", "s:[0-9]+"}},
    {"REGEXP_COUNT", "2", {"s:ab12cd34", "s:[0-9]+"}},
    {"REGEXP_COUNT", "0", {"s:abcd", "s:[0-9]+"}},
    {"REGEXP_COUNT", "NULL", {"s:abcd", "s:*"}},
    {"REGEXP_INSTR", "3", {"s:éb12", "s:[0-9]+"}},
    {"REGEXP_INSTR", "0", {"s:ab", "s:[0-9]+"}},
};

#define RUN(cases) func_cases((cases), COUNT_OF(cases), "UTC", 0)

/* Patterns that differ from row to row: the state of the call must follow them. */
static void test_changing_patterns(void) {
  enum { ROWS = 6 };
  static const char *const texts[ROWS] = {"abc", "abc", "xbc", "xbc", "abc", "abc"};
  static const char *const like[ROWS] = {"a%", "b%", "x%", "x%", "", "%c"};
  static const char *const regex[ROWS] = {"^a", "^b", "^x", "^x", "(", "c$"};
  static const bool want[ROWS] = {true, false, true, true, false, true};
  for (int f = 0; f < 2; f++) {
    Arena arena;
    Error err = {.code = OK};
    ExprEnv env = {.zone = zone_utc()};
    TextRef data[2][ROWS];
    Vector cols[2], out;
    Expr *args[2], *call;
    Program *p;
    arena_init(&arena);
    for (int i = 0; i < ROWS; i++) {
      const char *pattern = f == 0 ? like[i] : regex[i];
      data[0][i] = text_ref(texts[i], strlen(texts[i]));
      data[1][i] = text_ref(pattern, strlen(pattern));
    }
    for (uint32_t i = 0; i < 2; i++) {
      cols[i] = (Vector){.type = type_not_null(type_string()), .data = data[i]};
      args[i] = expr_column(&arena, i, cols[i].type, NO_SPAN);
    }
    Batch in = {.rows = ROWS, .n_cols = 2, .cols = cols};
    CHECK(func_call(&arena, &env, f == 0 ? "like" : "regexp", NO_SPAN, args, 2, &call, &err) == OK);
    CHECK(!call->type.nullable);
    CHECK(program_new(&call, 1, &env, &p, &err) == OK);
    CHECK(program_run(p, &in, 0, &out, &err) == OK);
    for (int i = 0; i < ROWS; i++) CHECK_INT(((const int8_t *)out.data)[i], want[i]);
    program_free(p);
    arena_deinit(&arena);
  }
}

/* Every length around the ends of blocks, folded into one hash each. */
static void test_hash_lengths(void) {
  enum { LENGTHS = 300 };
  static const FuncCase want[] = {
      {"MD5", "e27052e9d537946cc847ad279b1a2219", {NULL}},
      {"SHA1", "a0998518781fd80bf084814bdbf208c4da9749c1", {NULL}},
      {"SHA256", "6d72559d54958b16439d4c5a1009cefe4b03d9fe20a1224903bdb11bd1686e38", {NULL}},
      {"SHA512",
       "0250c5cf2c49ac410aa03564e65e4070340b68fb8f11bc48951e23ed25fd25ed400667f3df88469ae5e3236cfea"
       "387519bdd260ac3492eb9af7a6d5cbcf18674",
       {NULL}},
  };
  char text[LENGTHS], chain[LENGTHS + 130];
  memset(text, 'x', sizeof text);
  for (size_t i = 0; i < COUNT_OF(want); i++) {
    size_t chain_len = 0;
    for (size_t len = 0; len < LENGTHS; len++) {
      Arena arena;
      Error err = {.code = OK};
      ExprEnv env = {.zone = zone_utc()};
      Expr *call;
      Value value;
      arena_init(&arena);
      memcpy(chain + chain_len, text, len);
      Str all = {chain, chain_len + len};
      Expr *arg = expr_const(&arena, value_text(type_string(), all), NO_SPAN);
      CHECK(func_call(&arena, &env, want[i].name, NO_SPAN, &arg, 1, &call, &err) == OK);
      CHECK(expr_eval(&arena, call, &env, &value, &err) == OK);
      chain_len = value.as.text.len;
      memcpy(chain, text_bytes(&value.as.text), chain_len);
      arena_deinit(&arena);
    }
    chain[chain_len] = '\0';
    CHECK_STR(chain, want[i].want);
  }
}

/* A megabyte goes through every function that steps through its text. */
static void test_long_texts(void) {
  static const char *const names[] = {"UPPER",     "LOWER", "INITCAP",   "REVERSE",
                                      "TO_BASE64", "TRIM",  "URL_ENCODE"};
  enum { LENGTH = 1 << 20 };
  char *text = malloc(LENGTH + 1);
  for (size_t i = 0; i < LENGTH; i++) text[i] = "añ "[i % 4];
  text[LENGTH] = '\0';
  for (size_t i = 0; i < COUNT_OF(names); i++) {
    Arena arena;
    Error err = {.code = OK};
    ExprEnv env = {.zone = zone_utc()};
    Expr *call;
    Value value;
    arena_init(&arena);
    Expr *arg = expr_const(&arena, value_text(type_string(), str_of(text)), NO_SPAN);
    CHECK(func_call(&arena, &env, names[i], NO_SPAN, &arg, 1, &call, &err) == OK);
    CHECK(expr_eval(&arena, call, &env, &value, &err) == OK);
    CHECK(value.as.text.len >= LENGTH - 4);
    arena_deinit(&arena);
  }
  free(text);
}

/* Nested doubling ends in an error, not in all memory. */
static void test_result_limit(void) {
  Arena arena;
  Error err = {.code = OK};
  ExprEnv env = {.zone = zone_utc()};
  arena_init(&arena);
  Expr *e = expr_const(&arena, value_text(type_string(), STR("0123456789abcdef")), NO_SPAN);
  for (int i = 0; i < 21; i++) {
    Expr *args[2] = {e, e}, *call;
    Expr **kept = ARENA_ARRAY(&arena, Expr *, 2);
    memcpy(kept, args, sizeof args);
    CHECK(func_call(&arena, &env, "||", NO_SPAN, kept, 2, &call, &err) == OK);
    e = call;
  }
  Value value;
  CHECK_INT(expr_eval(&arena, e, &env, &value, &err), ERR_LIMIT);
  CHECK_STR(err.msg, "the result of || is longer than 16777216 bytes");
  arena_deinit(&arena);
}

int main(void) {
  RUN(join_cases);
  RUN(case_cases);
  RUN(part_cases);
  RUN(find_cases);
  RUN(edit_cases);
  RUN(code_cases);
  RUN(hash_cases);
  RUN(like_cases);
  RUN(similar_cases);
  RUN(regex_cases);
  test_changing_patterns();
  test_hash_lengths();
  test_long_texts();
  test_result_limit();
  return check_done();
}
