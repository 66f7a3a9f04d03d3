// SPDX-License-Identifier: MIT
/*
 * The value of a pipe, worked out command by command: fields are followed, functions called. A
 * value is a pointer into the caller's tree, or NULL for nil; what a function makes anew is kept in
 * `pool` until the end of the run, so that nothing in between counts references.
 */
#include "format_internal.h"

#include <errno.h>
#include <json-c/json_object.h>
#include <json-c/json_util.h>
#include <json-c/linkhash.h>
#include <stdarg.h>
#include <string.h>

enum { ARGUMENTS = 32 };

/* Go counts a field's column from its second part, where it has one. */
static const char *blamed(const struct format_node *node)
{
    const char *second = node->kind == FORMAT_PATH && node->length > 1 && node->at == node->text
                             ? memchr(node->text + 1, '.', node->length - 1)
                             : NULL;

    return second ? second : node->at;
}

int format_fail(struct format_run_state *run, const struct format_node *node, const char *fmt, ...)
{
    char what[200];
    int line, column;
    bool cut = node->extent > 20;
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(what, sizeof(what), fmt, ap);
    va_end(ap);
    format_place(run->format->text, blamed(node), &line, &column);
    return err_refuse(run->err, EINVAL,
        "template parsing error: template: :%d:%d: executing \"\" at <%.*s%s>: %s", line, column,
        cut ? 20 : (int)node->extent, node->at, cut ? "..." : "", what);
}

/* The fields that there are, as the cure of a wrong one. */
static int hint_fields(struct format_run_state *run, struct json_object *object)
{
    char names[300] = "";
    size_t used = 0;

    json_object_object_foreach(object, key, value)
    {
        (void)value;
        if (used < sizeof(names))
            used +=
                (size_t)snprintf(names + used, sizeof(names) - used, "%s.%s", used ? " " : "", key);
    }
    return err_hint(run->err, "the fields here are %s%s", names, used >= sizeof(names) ? "…" : "");
}

static bool find_member(struct json_object *object, const char *name, struct json_object **ret)
{
    if (json_object_object_get_ex(object, name, ret))
        return true;
    json_object_object_foreach(object, key, value)
    {
        if (strcasecmp(key, name) == 0) {
            *ret = value;
            return true;
        }
    }
    return false;
}

/* Docker's maps of texts, in which a key may be missing: "<no value>". Else a field is a struct's.
 */
static bool is_map(const char *name)
{
    return strcasecmp(name, "Labels") == 0 || strcasecmp(name, "Attributes") == 0;
}

/* `of`: the name of the field that *value is, or "". */
static int step_into(struct format_run_state *run, const struct format_node *node, const char *of,
    const char *name, struct json_object **value)
{
    struct json_object *from = *value;

    if (!from)
        return format_fail(run, node, "nil pointer evaluating interface {}.%s", name);
    if (!json_object_is_type(from, json_type_object))
        return format_fail(run, node, "can't evaluate field %s in type %s", name,
            json_type_to_name(json_object_get_type(from)));
    bool found = find_member(from, name, value);
    if (found && *value)
        return 0;
    const char *nil = is_map(of) ? NULL : format_nil_of(from, name);
    run->nil = nil ? nil : "<no value>";
    if (found || nil) {
        *value = nil && !nil[0] ? format_keep(run->pool, json_object_new_string("")) : NULL;
        return 0;
    }
    if (run->data->heading || is_map(of)) {
        *value = NULL;
        return 0;
    }
    format_fail(run, node, "map has no entry for key \"%s\"", name);
    return hint_fields(run, from);
}

/* .A.B from *value on */
static int walk(
    struct format_run_state *run, const struct format_node *node, struct json_object **value)
{
    const char *at = node->text, *end = node->text + node->length;
    char of[128] = "", name[128];

    while (at && at < end && at[1] && at + 1 < end) {
        const char *dot = memchr(at + 1, '.', (size_t)(end - at - 1));
        size_t length = (size_t)((dot ? dot : end) - at - 1);
        *stpncpy(name, at + 1, length < sizeof(name) ? length : sizeof(name) - 1) = '\0';
        if (step_into(run, node, of, name, value) < 0)
            return -1;
        strcpy(of, name);
        at = dot;
    }
    return 0;
}

static int find_variable(
    struct format_run_state *run, const struct format_node *node, struct json_object **ret)
{
    if (node->name_length == 0) {
        *ret = run->data->dot;
        return 0;
    }
    for (int i = run->variables_count - 1; i >= 0; i--) {
        const struct format_variable *variable = &run->variables[i];
        if (variable->length == node->name_length &&
            strncmp(variable->name, node->name, node->name_length) == 0) {
            *ret = variable->value;
            return 0;
        }
    }
    return format_fail(
        run, node, "undefined variable \"$%.*s\"", (int)node->name_length, node->name);
}

static int run_operand(struct format_run_state *run, const struct format_node *node,
    struct json_object *dot, struct json_object **ret)
{
    switch (node->kind) {
    case FORMAT_CONSTANT:
        *ret = node->value;
        return 0;
    case FORMAT_FUNCTION:
        return format_fail(run, node, "wrong number of args for %.*s: put it into ( )",
            (int)node->length, node->text);
    default:
        *ret = dot;
        if (node->pipe && format_eval(run, node->pipe, dot, ret) < 0)
            return -1;
        if (node->name && find_variable(run, node, ret) < 0)
            return -1;
        return walk(run, node, ret);
    }
}

/* `and` and `or` stop at the first value that decides, so that what follows need not be there. */
static int call_lazily(struct format_run_state *run, const struct format_node *operand, bool until,
    struct json_object *dot, struct json_object *piped, bool is_piped, struct json_object **ret)
{
    for (; operand; operand = operand->next) {
        if (run_operand(run, operand, dot, ret) < 0)
            return -1;
        if (format_true(*ret) == until)
            return 0;
    }
    if (is_piped)
        *ret = piped;
    return 0;
}

static int call_function(struct format_run_state *run, const struct format_node *command,
    const struct format_function *function, struct format_call *given, struct json_object **ret)
{
    if (given->count < function->least || given->count > function->most)
        return format_fail(run, command, "wrong number of args for %s: want %s%d got %d",
            function->name, function->most > function->least ? "at least " : "", function->least,
            given->count);
    if (run->data->heading && function->shown) {
        *ret = given->args[function->shown - 1];
        return 0;
    }
    struct err inner;
    given->err = &inner;
    if (function->run(given, ret) == 0)
        return 0;
    return format_fail(run, command, "%s", inner.what);
}

static int call(struct format_run_state *run, const struct format_node *command,
    struct json_object *dot, struct json_object *piped, bool is_piped, struct json_object **ret)
{
    const struct format_node *name = command->body;
    const struct format_function *function = format_function_find(name->text, name->length);
    struct json_object *args[ARGUMENTS];
    struct format_call given = {.name = function->name, .args = args, .pool = run->pool};

    if (!function->run)
        return call_lazily(run, name->next, function->name[0] == 'o', dot, piped, is_piped, ret);
    for (const struct format_node *node = name->next; node; node = node->next) {
        if (given.count == ARGUMENTS - 1)
            return format_fail(run, command, "more than %d arguments", ARGUMENTS - 1);
        if (run_operand(run, node, dot, &args[given.count++]) < 0)
            return -1;
    }
    if (is_piped)
        args[given.count++] = piped;
    return call_function(run, command, function, &given, ret);
}

/* {{.Label "KEY"}}: of the heading, the last part of the key. */
static int run_label(struct format_run_state *run, const struct format_node *command,
    struct json_object *dot, struct json_object **ret)
{
    struct json_object *key, *value = NULL;

    if (run_operand(run, command->body->next, dot, &key) < 0)
        return -1;
    if (!json_object_is_type(key, json_type_string))
        return format_fail(run, command, "a label is named by a text");
    const char *text = json_object_get_string(key);
    if (run->data->heading) {
        char heading[200];
        snprintf(
            heading, sizeof(heading), "%s", strrchr(text, '.') ? strrchr(text, '.') + 1 : text);
        for (char *c = heading; *c; c++)
            *c = strchr("-_", *c) ? ' ' : *c;
        value = json_object_new_string(heading);
    } else {
        json_object_object_get_ex(run->data->labels, text, &value);
        value = json_object_new_string(value ? json_object_get_string(value) : "");
    }
    *ret = format_keep(run->pool, value);
    return 0;
}

static int run_command(struct format_run_state *run, const struct format_node *command,
    struct json_object *dot, struct json_object *piped, bool is_piped, struct json_object **ret)
{
    const struct format_node *first = command->body;

    if (first->kind == FORMAT_FUNCTION)
        return call(run, command, dot, piped, is_piped, ret);
    if (first->kind == FORMAT_PATH && first->next && !first->next->next && first->length == 6 &&
        strncmp(first->text, ".Label", 6) == 0)
        return run_label(run, command, dot, ret);
    if (first->next || is_piped)
        return format_fail(
            run, first, "can't give argument to non-function %.*s", (int)first->extent, first->at);
    return run_operand(run, first, dot, ret);
}

int format_eval(struct format_run_state *run, const struct format_node *command,
    struct json_object *dot, struct json_object **ret)
{
    struct json_object *value = NULL;

    for (bool is_piped = false; command; command = command->next, is_piped = true) {
        if (run_command(run, command, dot, value, is_piped, &value) < 0)
            return -1;
    }
    *ret = value;
    return 0;
}
