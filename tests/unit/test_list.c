// SPDX-License-Identifier: MIT
/* The columns PORTS and STATUS of `ps`, in the words of docker/cli. */
#include "engine/show/list.h"

#include "unit.h"

#include <string.h>
#include <time.h>

static void add(
    struct list_item *item, const char *ip, unsigned host, unsigned port, const char *of)
{
    struct status_port *row = &item->status.ports[item->status.ports_count++];

    *row = (struct status_port){.host_port = host, .port = port};
    strcpy(row->host_ip, ip);
    strcpy(row->protocol, of);
}

static void ports(void **state)
{
    static const struct spec_pair exposed[] = {
        {"443/tcp", NULL}, {"80/tcp", NULL}, {"444/tcp", NULL}};
    struct list_item item = {.status.kind = STATUS_RUNNING};
    char text[300];

    (void)state;
    list_ports(&item, text, sizeof(text));
    assert_string_equal(text, "");
    add(&item, "0.0.0.0", 8080, 80, "tcp");
    add(&item, "::", 8080, 80, "tcp");
    add(&item, "127.0.0.1", 9002, 9002, "tcp");
    add(&item, "127.0.0.1", 9000, 9000, "tcp");
    add(&item, "127.0.0.1", 9001, 9001, "tcp");
    add(&item, "127.0.0.1", 9001, 9001, "udp");
    add(&item, "127.0.0.1", 9009, 9009, "tcp");
    item.record.config.exposed_ports = exposed;
    item.record.config.exposed_ports_count = 3;
    list_ports(&item, text, sizeof(text));
    assert_string_equal(text,
        "443-444/tcp, 127.0.0.1:9000-9002->9000-9002/tcp, 127.0.0.1:9001->9001/udp, "
        "127.0.0.1:9009->9009/tcp, "
        "0.0.0.0:8080->80/tcp, [::]:8080->80/tcp");
    list_ports(&item, text, 20); /* cut, and nothing written behind it */
    assert_int_equal(strlen(text), 19);
    item.status.kind = STATUS_EXITED;
    list_ports(&item, text, sizeof(text));
    assert_string_equal(text, "");
}

static void states(void **state)
{
    struct status status = {.exit_code = 3};
    time_t then = time(NULL) - 180;
    char text[100];

    (void)state;
    strftime(status.started_at, sizeof(status.started_at), "%Y-%m-%dT%H:%M:%SZ", gmtime(&then));
    strcpy(status.finished_at, status.started_at);
    static const struct {
        enum status_kind kind;
        enum status_health health;
        const char *text;
    } rows[] = {
        {STATUS_CREATED, HEALTH_NONE, "Created"},
        {STATUS_RUNNING, HEALTH_NONE, "Up 3 minutes"},
        {STATUS_RUNNING, HEALTH_STARTING, "Up 3 minutes (health: starting)"},
        {STATUS_RUNNING, HEALTH_HEALTHY, "Up 3 minutes (healthy)"},
        {STATUS_RUNNING, HEALTH_UNHEALTHY, "Up 3 minutes (unhealthy)"},
        {STATUS_PAUSED, HEALTH_NONE, "Up 3 minutes (Paused)"},
        {STATUS_RESTARTING, HEALTH_NONE, "Restarting (3) 3 minutes ago"},
        {STATUS_EXITED, HEALTH_HEALTHY, "Exited (3) 3 minutes ago"},
        {STATUS_REMOVING, HEALTH_NONE, "Removal In Progress"},
        {STATUS_DEAD, HEALTH_NONE, "Dead"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        status.kind = rows[i].kind;
        status.health = rows[i].health;
        status_describe(&status, text, sizeof(text));
        assert_string_equal(text, rows[i].text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ports),
        cmocka_unit_test(states),
    };

    return cmocka_run_group_tests_name("list", tests, NULL, NULL);
}
