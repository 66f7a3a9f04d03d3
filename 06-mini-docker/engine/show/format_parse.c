// SPDX-License-Identifier: MIT
/*
 * From a template's text to its tree, in one go, from one {{ to the next. Every {{if}}, {{range}}
 * and {{with}} reads the bodies inside by a call of parse_body, which ends at {{else}} or {{end}}
 * and says which it was.
 */
#include "format_internal.h"

#include <errno.h>
#include <json-c/json_object.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

enum ended { ENDED_ERROR = -1, ENDED_TEXT, ENDED_END, ENDED_ELSE };

static enum ended parse_body(struct format_parser *parser, struct format_node **ret);

void format_place(const char *text, const char *at, int *ret_line, int *ret_column)
{
    const char *line = text;

    *ret_line = 1;
    for (const char *c = text; c < at; c++) {
        if (*c == '\n') {
            ++*ret_line;
            line = c + 1;
        }
    }
    *ret_column = (int)(at - line);
}

int format_wrong(struct format_parser *parser, const char *hint, const char *fmt, ...)
{
    char what[200];
    int line, column;
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(what, sizeof(what), fmt, ap);
    va_end(ap);
    format_place(parser->format->text, parser->at, &line, &column);
    err_refuse(parser->err, EINVAL, "template parsing error: template: :%d: %s", line, what);
    return err_hint(parser->err, "line %d, column %d: %s", line, column + 1, hint);
}

struct format_node *format_new_node(struct format_parser *parser, enum format_kind kind)
{
    struct format_node *node = &parser->format->nodes[parser->format->count++];

    node->kind = kind;
    node->at = parser->at;
    return node;
}

/* The end of the action: "}}", or " -}}", which takes the space behind it away. */
static int take_end(struct format_parser *parser)
{
    format_skip_space(parser);
    if (format_at_end(parser->at)) {
        bool trims = *parser->at == '-';
        parser->at += trims ? 3 : 2;
        if (trims)
            format_skip_space(parser);
        return 0;
    }
    if (!*parser->at)
        return format_wrong(parser, "an action ends with }}", "unclosed action");
    return format_wrong(parser, "here }} is expected", "unexpected \"%.*s\" in operand",
        (int)strcspn(parser->at, " }\n"), parser->at);
}

/* True, and past it, when the word is next. */
static bool take_word(struct format_parser *parser, const char *word)
{
    size_t length = strlen(word);

    format_skip_space(parser);
    if (format_name_length(parser->at) != length || strncmp(parser->at, word, length) != 0)
        return false;
    parser->at += length;
    return true;
}

/* "$i, $e :=", "$x :=" or "$x =", where one of them is next. Of two names the first is the
 * index's. */
static void take_variables(struct format_parser *parser, struct format_node *node)
{
    const char *names[2] = {NULL, NULL}, *at = parser->at;
    size_t lengths[2] = {0, 0};
    int count = 0;

    for (; count < 2 && *at == '$'; count++) {
        names[count] = at + 1;
        lengths[count] = format_name_length(at + 1);
        at += 1 + lengths[count];
        at += strspn(at, " ");
        if (*at == ',')
            at += 1 + strspn(at + 1, " ");
    }
    if (count == 0 || (strncmp(at, ":=", 2) != 0 && *at != '='))
        return;
    node->assigns = *at == '=';
    parser->at = at + (node->assigns ? 1 : 2);
    node->name = names[count - 1];
    node->name_length = lengths[count - 1];
    if (count == 2) {
        node->index_name = names[0];
        node->index_length = lengths[0];
    }
}

static int parse_action_pipe(struct format_parser *parser, struct format_node *node)
{
    format_skip_space(parser);
    take_variables(parser, node);
    return format_parse_pipe(parser, &node->pipe) < 0 ? -1 : take_end(parser);
}

/* {{else}}'s body, or {{else if}}, which is an {{if}} in its place. */
static int parse_else(struct format_parser *parser, struct format_node *node);

/* Behind {{if, {{range or {{with. */
static int parse_block(struct format_parser *parser, struct format_node *node)
{
    if (parser->depth++ >= FORMAT_NESTED_MOST)
        return format_wrong(parser, "100 levels at most", "too many levels");
    if (parse_action_pipe(parser, node) < 0)
        return -1;
    parser->loops += node->kind == FORMAT_RANGE;
    enum ended ended = parse_body(parser, &node->body);
    parser->loops -= node->kind == FORMAT_RANGE;
    if (ended == ENDED_TEXT)
        return format_wrong(parser, "{{end}} is expected", "unexpected EOF");
    if (ended == ENDED_ELSE && parse_else(parser, node) < 0)
        return -1;
    parser->depth--;
    return ended == ENDED_ERROR ? -1 : 0;
}

static int parse_else(struct format_parser *parser, struct format_node *node)
{
    if (take_word(parser, "if")) {
        node->other = format_new_node(parser, FORMAT_IF);
        return parse_block(parser, node->other);
    }
    if (take_end(parser) < 0)
        return -1;
    switch (parse_body(parser, &node->other)) {
    case ENDED_TEXT:
        return format_wrong(parser, "{{end}} is expected", "unexpected EOF");
    case ENDED_ELSE:
        return format_wrong(parser, "{{end}} is expected", "expected end; found {{else}}");
    case ENDED_END:
        return 0;
    default:
        return -1;
    }
}

static const struct {
    const char *word;
    enum format_kind kind;
} BLOCKS[] = {{"if", FORMAT_IF}, {"range", FORMAT_RANGE}, {"with", FORMAT_WITH},
    {"break", FORMAT_BREAK}, {"continue", FORMAT_CONTINUE}};

/* Past the {{ of an action that is neither {{else}} nor {{end}}. */
static int parse_action(struct format_parser *parser, struct format_node **ret)
{
    for (size_t i = 0; i < sizeof(BLOCKS) / sizeof(BLOCKS[0]); i++) {
        if (!take_word(parser, BLOCKS[i].word))
            continue;
        *ret = format_new_node(parser, BLOCKS[i].kind);
        if (i < 3)
            return parse_block(parser, *ret);
        if (parser->loops == 0)
            return format_wrong(parser, "it belongs between {{range}} and its {{end}}",
                "{{%s}} outside {{range}}", BLOCKS[i].word);
        return take_end(parser);
    }
    *ret = format_new_node(parser, FORMAT_OUTPUT);
    return parse_action_pipe(parser, *ret);
}

/* Up to the next {{, of which "{{- " takes the space in front of it away. Returns false when there
 * is no more action; a comment is none. */
static bool parse_text(struct format_parser *parser, struct format_node ***last)
{
    const char *begin = parser->at, *open = strstr(begin, "{{");
    size_t length = open ? (size_t)(open - begin) : strlen(begin);
    bool trims = open && open[2] == '-' && strchr(" \t\r\n", open[3]) && open[3];

    while (trims && length > 0 && strchr(" \t\r\n", begin[length - 1]))
        length--;
    if (length > 0) {
        **last = format_new_node(parser, FORMAT_TEXT);
        (**last)->text = begin;
        (**last)->length = length;
        *last = &(**last)->next;
    }
    parser->at = open ? open + (trims ? 3 : 2) : begin + strlen(begin);
    return open != NULL;
}

/* 1: a comment was skipped, 0: there is none, -1: it does not end. */
static int skip_comment(struct format_parser *parser)
{
    if (strncmp(parser->at + strspn(parser->at, " "), "/*", 2) != 0)
        return 0;
    const char *end = strstr(parser->at, "*/");
    if (!end)
        return format_wrong(parser, "a comment ends with */}}", "unclosed comment");
    parser->at = end + 2;
    return take_end(parser) < 0 ? -1 : 1;
}

/* Links what it reads into the list at *last; says what ended it. */
static enum ended parse_body(struct format_parser *parser, struct format_node **last)
{
    while (parse_text(parser, &last)) {
        int comment = skip_comment(parser);
        if (comment < 0)
            return ENDED_ERROR;
        if (comment > 0)
            continue;
        if (take_word(parser, "end"))
            return take_end(parser) < 0 ? ENDED_ERROR : ENDED_END;
        if (take_word(parser, "else"))
            return ENDED_ELSE;
        if (parse_action(parser, last) < 0)
            return ENDED_ERROR;
        last = &(*last)->next;
    }
    return ENDED_TEXT;
}

static int parse_all(struct format_parser *parser)
{
    switch (parse_body(parser, &parser->format->body)) {
    case ENDED_END:
        return format_wrong(
            parser, "there is no {{if}}, {{range}} or {{with}} for it", "unexpected {{end}}");
    case ENDED_ELSE:
        return format_wrong(
            parser, "there is no {{if}}, {{range}} or {{with}} for it", "unexpected {{else}}");
    case ENDED_TEXT:
        return 0;
    default:
        return -1;
    }
}

int format_parse(const char *text, struct format **ret, struct err *err)
{
    struct format *format = calloc(1, sizeof(*format));

    *ret = format;
    if (format) {
        format->text = strdup(text);
        format->nodes = calloc(strlen(text) * 2 + 1, sizeof(*format->nodes));
    }
    int result = -1;
    if (!format || !format->text || !format->nodes) {
        err_sys(err, "no memory for a template");
    } else {
        struct format_parser parser = {.format = format, .at = format->text, .err = err};
        result = parse_all(&parser);
    }
    if (result < 0) {
        format_free(format);
        *ret = NULL;
    }
    return result;
}

void format_free(struct format *format)
{
    if (!format)
        return;
    for (size_t i = 0; i < format->count; i++)
        json_object_put(format->nodes[i].value);
    free(format->nodes);
    free(format->text);
    free(format);
}

bool format_names(const struct format *format, const char *key)
{
    size_t length = strlen(key);

    for (size_t i = 0; i < format->count; i++) {
        const struct format_node *node = &format->nodes[i];
        if (node->kind != FORMAT_PATH)
            continue;
        /* {{.}} is all of it */
        if (node->length <= 1 || strncasecmp(node->text + 1, key, length) == 0)
            return true;
    }
    return false;
}
