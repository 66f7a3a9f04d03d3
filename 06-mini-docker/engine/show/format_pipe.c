// SPDX-License-Identifier: MIT
/*
 * The inside of an action of a template: commands with | between them, each of words: fields,
 * functions, constants, variables, and pipes in parentheses.
 */
#include "format_internal.h"

#include "cleanup.h"

#include <ctype.h>
#include <json-c/json_object.h>
#include <stdlib.h>
#include <string.h>

void format_skip_space(struct format_parser *parser)
{
    parser->at += strspn(parser->at, " \t\r\n");
}

size_t format_name_length(const char *at)
{
    size_t n = 0;

    while (isalnum((unsigned char)at[n]) || at[n] == '_' || (at[n] & 0x80))
        n++;
    return n;
}

/* There is always a letter in front of it: the {{ of the action. */
bool format_at_end(const char *at)
{
    return strncmp(at, "}}", 2) == 0 ||
           (strncmp(at, "-}}", 3) == 0 && isspace((unsigned char)at[-1]));
}

/* \n and the like, as they are written in a string of Go's. */
static char special_letter(char letter)
{
    static const char from[] = "ntrabfv", to[] = "\n\t\r\a\b\f\v";
    const char *found = strchr(from, letter);

    return found && letter ? to[found - from] : letter;
}

static int parse_string(struct format_parser *parser, struct format_node *node)
{
    char quote = *parser->at++;
    cleanup_free char *text = malloc(strlen(parser->at) + 1);
    size_t length = 0;

    if (!text)
        return err_sys(parser->err, "no memory for a template");
    for (; *parser->at && *parser->at != quote; parser->at++) {
        bool escaped = quote == '"' && parser->at[0] == '\\' && parser->at[1];
        if (escaped)
            parser->at++;
        text[length++] = escaped ? special_letter(*parser->at) : *parser->at;
    }
    if (*parser->at != quote)
        return format_wrong(
            parser, "a text ends with the same quote", "unterminated quoted string");
    parser->at++;
    node->value = json_object_new_string_len(text, (int)length);
    return 0;
}

static int parse_number(struct format_parser *parser, struct format_node *node)
{
    char *integer_end, *end;
    long long integer = strtoll(parser->at, &integer_end, 0);
    double real = strtod(parser->at, &end);

    if (format_name_length(end) > 0 || end == parser->at)
        return format_wrong(parser, "a whole number or one with a point is expected",
            "bad number syntax: \"%.*s\"", (int)strcspn(parser->at, " })"), parser->at);
    node->value = end > integer_end ? json_object_new_double(real) : json_object_new_int64(integer);
    parser->at = end;
    return 0;
}

/* .A.B, or "." alone */
static void parse_path(struct format_parser *parser, struct format_node *node)
{
    node->text = parser->at;
    while (*parser->at == '.') {
        size_t n = format_name_length(parser->at + 1);
        parser->at += 1 + n;
        if (n == 0)
            break;
    }
    node->length = (size_t)(parser->at - node->text);
}

static int parse_word(struct format_parser *parser, struct format_node *node)
{
    static const char *const constants[] = {"true", "false", "nil"};
    size_t length = format_name_length(parser->at);

    node->text = parser->at;
    node->length = length;
    for (size_t i = 0; i < 3; i++) {
        if (strlen(constants[i]) == length && strncmp(constants[i], parser->at, length) == 0) {
            node->kind = FORMAT_CONSTANT;
            node->value = i < 2 ? json_object_new_boolean(i == 0) : NULL;
        }
    }
    if (node->kind == FORMAT_FUNCTION && !format_function_find(parser->at, length))
        return format_wrong(parser,
            "the functions are json len index slice split join title lower upper pad truncate "
            "print printf println and or not eq ne lt le gt ge",
            "function \"%.*s\" not defined", (int)length, parser->at);
    parser->at += length;
    return 0;
}

static int parse_parenthesis(struct format_parser *parser, struct format_node *node)
{
    parser->at++;
    if (parser->depth++ >= FORMAT_NESTED_MOST)
        return format_wrong(parser, "100 levels at most", "too many levels");
    if (format_parse_pipe(parser, &node->pipe) < 0)
        return -1;
    format_skip_space(parser);
    if (*parser->at != ')')
        return format_wrong(parser, "here ) is expected", "unclosed left paren");
    parser->at++;
    parser->depth--;
    parse_path(parser, node);
    return 0;
}

static int parse_operand(struct format_parser *parser, struct format_node **ret)
{
    char c = *parser->at;
    bool path = c == '.' && !isdigit((unsigned char)parser->at[1]);
    struct format_node *node =
        format_new_node(parser, path || c == '(' || c == '$'            ? FORMAT_PATH
                                : isalpha((unsigned char)c) || c == '_' ? FORMAT_FUNCTION
                                                                        : FORMAT_CONSTANT);
    int result = 0;

    *ret = node;
    if (c == '$') {
        node->name = parser->at + 1;
        node->name_length = format_name_length(node->name);
        parser->at = node->name + node->name_length;
    }
    if (path || c == '$')
        parse_path(parser, node);
    else if (c == '(')
        result = parse_parenthesis(parser, node);
    else if (node->kind == FORMAT_FUNCTION)
        result = parse_word(parser, node);
    else if (c == '"' || c == '`')
        result = parse_string(parser, node);
    else if (isdigit((unsigned char)c) || strchr("+-.", c))
        result = parse_number(parser, node);
    else
        return format_wrong(parser, "a field (.Name), a function or a text in \"\" is expected",
            "unexpected \"%c\" in operand", c);
    node->extent = (size_t)(parser->at - node->at);
    return result;
}

static bool at_command_end(struct format_parser *parser)
{
    format_skip_space(parser);
    return !*parser->at || *parser->at == '|' || *parser->at == ')' || format_at_end(parser->at);
}

static int parse_command(struct format_parser *parser, struct format_node **ret)
{
    if (at_command_end(parser))
        return format_wrong(parser,
            *parser->at ? "a field (.Name), a function or a text in \"\" is expected"
                        : "an action ends with }}",
            *parser->at ? "missing value for command" : "unclosed action");
    struct format_node *command = format_new_node(parser, FORMAT_COMMAND), **last;
    *ret = command;
    for (last = &command->body; !at_command_end(parser); last = &(*last)->next) {
        if (parse_operand(parser, last) < 0)
            return -1;
        command->extent = (size_t)(parser->at - command->at);
    }
    return 0;
}

int format_parse_pipe(struct format_parser *parser, struct format_node **ret)
{
    for (;; ret = &(*ret)->next) {
        if (parse_command(parser, ret) < 0)
            return -1;
        if (*parser->at != '|')
            return 0;
        parser->at++;
    }
}
