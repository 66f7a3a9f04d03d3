// SPDX-License-Identifier: MIT
/*
 * A template at work: bodies are walked node by node; what {{if}}, {{range}} and {{with}} look at
 * is worked out by format_eval.c. A variable lives until the end of the body it was set in.
 */
#include "format_internal.h"

#include "cleanup.h"

#include <json-c/json_object.h>
#include <stddef.h>
#include <string.h>

/* Why a body ended before its last node. */
enum flow { FLOW_ERROR = -1, FLOW_ON, FLOW_BREAK, FLOW_CONTINUE };

static enum flow run_body(
    struct format_run_state *run, const struct format_node *node, struct json_object *dot);

static int set_variable(struct format_run_state *run, const struct format_node *node,
    const char *name, size_t length, struct json_object *value)
{
    for (int i = run->variables_count - 1; node->assigns && i >= 0; i--) {
        struct format_variable *variable = &run->variables[i];
        if (variable->length == length && strncmp(variable->name, name, length) == 0) {
            variable->value = value;
            return 0;
        }
    }
    if (node->assigns)
        return format_fail(run, node, "undefined variable \"$%.*s\"", (int)length, name);
    if (run->variables_count == FORMAT_VARIABLES)
        return format_fail(run, node, "more than %d variables", FORMAT_VARIABLES);
    run->variables[run->variables_count++] =
        (struct format_variable){.name = name, .length = length, .value = value};
    return 0;
}

static enum flow run_output(
    struct format_run_state *run, const struct format_node *node, struct json_object *dot)
{
    struct json_object *value;

    run->nil = "<no value>";
    if (format_eval(run, node->pipe, dot, &value) < 0)
        return FLOW_ERROR;
    if (node->name)
        return set_variable(run, node, node->name, node->name_length, value) < 0 ? FLOW_ERROR
                                                                                 : FLOW_ON;
    format_print(run->out, value, run->nil);
    return FLOW_ON;
}

/* {{if}} and {{with}}, which differ in what dot is inside. */
static enum flow run_condition(
    struct format_run_state *run, const struct format_node *node, struct json_object *dot)
{
    int variables = run->variables_count;
    struct json_object *value;

    if (format_eval(run, node->pipe, dot, &value) < 0)
        return FLOW_ERROR;
    if (node->name && set_variable(run, node, node->name, node->name_length, value) < 0)
        return FLOW_ERROR;
    enum flow flow = FLOW_ON;
    if (!format_true(value))
        flow = run_body(run, node->other, dot);
    else
        flow = run_body(run, node->body, node->kind == FORMAT_WITH ? value : dot);
    run->variables_count = variables;
    return flow;
}

static enum flow run_item(struct format_run_state *run, const struct format_node *node,
    struct json_object *index, struct json_object *item)
{
    int variables = run->variables_count;

    format_keep(run->pool, index);
    if (node->index_name &&
        set_variable(run, node, node->index_name, node->index_length, index) < 0)
        return FLOW_ERROR;
    if (node->name && set_variable(run, node, node->name, node->name_length, item) < 0)
        return FLOW_ERROR;
    enum flow flow = run_body(run, node->body, item);
    run->variables_count = variables;
    return flow == FLOW_CONTINUE ? FLOW_ON : flow;
}

static enum flow range_object(
    struct format_run_state *run, const struct format_node *node, struct json_object *object)
{
    size_t count;
    cleanup_free const char **keys = format_keys(object, &count);
    enum flow flow = FLOW_ON;

    if (!keys)
        return err_sys(run->err, "no memory for a template");
    for (size_t i = 0; i < count && flow == FLOW_ON; i++)
        flow = run_item(
            run, node, json_object_new_string(keys[i]), json_object_object_get(object, keys[i]));
    return flow == FLOW_BREAK ? FLOW_ON : flow;
}

static enum flow range_array(
    struct format_run_state *run, const struct format_node *node, struct json_object *array)
{
    enum flow flow = FLOW_ON;

    for (size_t i = 0; i < json_object_array_length(array) && flow == FLOW_ON; i++)
        flow = run_item(
            run, node, json_object_new_int64((int64_t)i), json_object_array_get_idx(array, i));
    return flow == FLOW_BREAK ? FLOW_ON : flow;
}

static enum flow run_range(
    struct format_run_state *run, const struct format_node *node, struct json_object *dot)
{
    struct json_object *value;

    if (format_eval(run, node->pipe, dot, &value) < 0)
        return FLOW_ERROR;
    enum json_type type = json_object_get_type(value);
    if (type != json_type_null && type != json_type_array && type != json_type_object)
        return format_fail(
            run, node->pipe, "range can't iterate over %s", json_object_get_string(value));
    if (!format_true(value))
        return run_body(run, node->other, dot);
    return type == json_type_array ? range_array(run, node, value) : range_object(run, node, value);
}

static enum flow run_node(
    struct format_run_state *run, const struct format_node *node, struct json_object *dot)
{
    switch (node->kind) {
    case FORMAT_TEXT:
        fwrite(node->text, 1, node->length, run->out);
        return FLOW_ON;
    case FORMAT_OUTPUT:
        return run_output(run, node, dot);
    case FORMAT_RANGE:
        return run_range(run, node, dot);
    case FORMAT_BREAK:
        return FLOW_BREAK;
    case FORMAT_CONTINUE:
        return FLOW_CONTINUE;
    default:
        return run_condition(run, node, dot);
    }
}

static enum flow run_body(
    struct format_run_state *run, const struct format_node *node, struct json_object *dot)
{
    enum flow flow = FLOW_ON;

    for (; node && flow == FLOW_ON; node = node->next)
        flow = run_node(run, node, dot);
    return flow;
}

int format_run(
    const struct format *format, const struct format_data *data, FILE *out, struct err *err)
{
    struct format_run_state run = {
        .format = format,
        .data = data,
        .pool = json_object_new_array(),
        .out = out,
        .err = err,
    };
    enum flow flow = run_body(&run, format->body, data->dot);

    json_object_put(run.pool);
    return flow == FLOW_ERROR ? -1 : 0;
}
