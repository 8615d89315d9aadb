#include "output.h"

#include "check.h"
#include "script_platform.h"

void output_test(void);

void output_test(void) {
    static struct script script;
    const struct ternel_platform platform = script_platform(&script);

    script_start(&script, "", 0);
    output_decimal(&platform, 0);
    output_text(&platform, " ");
    output_decimal(&platform, UINT64_MAX);
    output_text(&platform, " ");
    output_fixed(&platform, 123, 1);
    output_text(&platform, " ");
    output_fixed(&platform, 4, 3);
    output_text(&platform, " ");
    output_fixed(&platform, 0, 1);
    output_text(&platform, " ");
    output_hexadecimal(&platform, (const uint8_t *)"\x01\xfe", 2);
    CHECK_TEXT(script.output, "0 18446744073709551615 12.3 0.004 0.0 01fe");

    script_start(&script, "", 0);
    struct json json = json_event(&platform, "test");
    json_number(&json, "n", 7);
    json_open(&json, "list", '[');
    json_element(&json, 1);
    json_element(&json, 2);
    json_close(&json, ']');
    json_open(&json, "empty", '{');
    json_close(&json, '}');
    json_boolean(&json, "yes", true);
    json_text(&json, "text", "a\"\\\n\x1e\x7f\xc3\xa4");
    json_end(&json);
    CHECK_TEXT(script.output, "\x1e{\"event\":\"test\",\"n\":7,\"list\":[1,2],\"empty\":{},\"yes\":true,"
                              "\"text\":\"a\\\"\\\\\\n\\u001e\\u007f\xc3\xa4\"}\n");
}
