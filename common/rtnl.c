// SPDX-License-Identifier: MIT
/*
 * A message is a header and then attributes, each a length, a type and a value, padded to 4 bytes;
 * some hold attributes again. It is built in a buffer of fixed size, since none of ours comes near
 * it; one that would is marked and never sent. libnl has all of this and more, but for the four
 * messages that a container needs it would bring 400 KiB into a static program, and a resolver that
 * glibc cannot link statically.
 *
 * An answer is an error number, 0 for success. Behind it, when the socket has NETLINK_EXT_ACK, come
 * attributes again, and one of them may be a text that says which part the kernel did not like.
 */
#include "rtnl.h"

#include "cleanup.h"

#include <errno.h>
#include <linux/netlink.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

int rtnl_open(int protocol, int *ret_socket, struct err *err)
{
    int on = 1;
    cleanup_close int sock = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, protocol);

    if (sock < 0)
        return err_sys(err, "cannot open a netlink socket");
    /* without them errors are shorter: no reason to fail */
    setsockopt(sock, SOL_NETLINK, NETLINK_EXT_ACK, &on, sizeof(on));
    setsockopt(sock, SOL_NETLINK, NETLINK_CAP_ACK, &on, sizeof(on));
    *ret_socket = steal_fd(&sock);
    return 0;
}

/* Room at the end for `size` bytes, zeroed; NULL when there is none. */
static void *extend(struct rtnl *m, size_t size)
{
    size_t at = NLMSG_ALIGN(m->head.nlmsg_len), padded = NLMSG_ALIGN(size);

    if (at + padded > offsetof(struct rtnl, full)) {
        m->full = true;
        return NULL;
    }
    void *place = (char *)m + at;
    memset(place, 0, padded);
    m->head.nlmsg_len = (uint32_t)(at + padded);
    return place;
}

void rtnl_begin(struct rtnl *m, int type, int flags, const void *header, size_t size)
{
    m->full = false;
    m->head = (struct nlmsghdr){.nlmsg_len = NLMSG_HDRLEN,
        .nlmsg_type = (uint16_t)type,
        .nlmsg_flags = (uint16_t)(flags | NLM_F_REQUEST | NLM_F_ACK)};
    rtnl_bytes(m, header, size);
}

void rtnl_bytes(struct rtnl *m, const void *data, size_t size)
{
    void *place = extend(m, size);

    if (place)
        memcpy(place, data, size);
}

void rtnl_data(struct rtnl *m, int type, const void *data, size_t size)
{
    struct rtattr *attr = extend(m, RTA_LENGTH(size));

    if (!attr)
        return;
    *attr = (struct rtattr){.rta_type = (uint16_t)type, .rta_len = (uint16_t)RTA_LENGTH(size)};
    if (size > 0)
        memcpy(RTA_DATA(attr), data, size);
}

void rtnl_text(struct rtnl *m, int type, const char *text)
{
    rtnl_data(m, type, text, strlen(text) + 1);
}

void rtnl_u32(struct rtnl *m, int type, uint32_t value)
{
    rtnl_data(m, type, &value, sizeof(value));
}

struct rtattr *rtnl_nest(struct rtnl *m, int type)
{
    struct rtattr *nest = (struct rtattr *)((char *)m + NLMSG_ALIGN(m->head.nlmsg_len));

    rtnl_data(m, type, NULL, 0);
    return nest;
}

void rtnl_end(struct rtnl *m, struct rtattr *nest)
{
    if (!m->full)
        nest->rta_len = (uint16_t)((char *)m + m->head.nlmsg_len - (char *)nest);
}

/* The kernel's words behind its error number, or "". */
static void read_words(const struct nlmsghdr *head, size_t size, char *ret, size_t room)
{
    const struct rtattr *attr =
        (void *)((const char *)head + NLMSG_LENGTH(sizeof(struct nlmsgerr)));
    size_t left = size - NLMSG_LENGTH(sizeof(struct nlmsgerr));

    ret[0] = '\0';
    if (!(head->nlmsg_flags & NLM_F_ACK_TLVS))
        return;
    for (; RTA_OK(attr, left); attr = RTA_NEXT(attr, left)) {
        if (attr->rta_type == NLMSGERR_ATTR_MSG)
            snprintf(ret, room, "%.*s", (int)RTA_PAYLOAD(attr), (const char *)RTA_DATA(attr));
    }
}

/* 0, or the kernel's errno with what it said, -1 when there was no answer. */
static int talk(int sock, const struct rtnl *m, char *words, size_t room)
{
    struct {
        struct nlmsghdr head;
        struct nlmsgerr error;
        char more[1024];
    } answer;

    words[0] = '\0';
    if (m->full)
        return EMSGSIZE;
    if (send(sock, m, m->head.nlmsg_len, 0) < 0)
        return errno;
    ssize_t got;
    /* what was asked for comes before the answer, when something was */
    do
        got = recv(sock, &answer, sizeof(answer), 0);
    while ((got < 0 && errno == EINTR) ||
           (got >= (ssize_t)NLMSG_HDRLEN && answer.head.nlmsg_type != NLMSG_ERROR));
    if (got < (ssize_t)NLMSG_LENGTH(sizeof(answer.error)))
        return got < 0 ? errno : EBADMSG;
    read_words(&answer.head, (size_t)got, words, room);
    return -answer.error.error;
}

int rtnl_send(int sock, const struct rtnl *m, struct err *err, const char *fmt, ...)
{
    char words[256], what[sizeof(err->what)];
    int code = talk(sock, m, words, sizeof(words));
    va_list args;

    if (code == 0)
        return 0;
    va_start(args, fmt);
    vsnprintf(what, sizeof(what), fmt, args);
    va_end(args);
    errno = code;
    err_sys(err, "%s", what);
    return words[0] ? err_hint(err, "the kernel says: %s", words) : -1;
}
