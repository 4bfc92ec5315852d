/*
 * sofia-sip: the body is cut into pieces in place; the offer is read as in the benchmark of session descriptions, the icon is decoded.
 * The first line of the text is the value of Content-Type, the body follows.
 */
#include <sofia-sip/base64.h>
#include <sofia-sip/msg_header.h>
#include <sofia-sip/msg_mime.h>
#include <sofia-sip/msg_mime_protos.h>
#include <sofia-sip/su_alloc.h>

#include "run.h"
#include "sofia_values.h"

static size_t read_icon(const msg_multipart_t *part)
{
    char icon[8192];
    const char *encoding = part->mp_content_transfer_encoding == NULL ? "binary" : part->mp_content_transfer_encoding->g_string;
    if (part->mp_content_id == NULL || strcasecmp(encoding, "base64") != 0)
        return part->mp_payload->pl_len;
    return (size_t)base64_d(icon, sizeof icon, part->mp_payload->pl_data);
}

static size_t peer_read(const char *text, size_t length)
{
    su_home_t home[1] = { SU_HOME_INIT(home) };
    size_t offer = 0, icon = 0, line = strcspn(text, "\r");
    su_home_init(home);
    msg_content_type_t *type = msg_content_type_make(home, su_strndup(home, text, line));
    msg_payload_t *payload = msg_payload_create(home, text + line + 2, length - line - 2);
    msg_multipart_t *parts = type == NULL || payload == NULL ? NULL : msg_multipart_parse(home, type, payload);
    for (msg_multipart_t *p = parts; p != NULL; p = p->mp_next) {
        if (p->mp_content_type == NULL || p->mp_payload == NULL)
            continue;
        if (strcasecmp(p->mp_content_type->c_type, "application/sdp") == 0)
            offer = values_of(home, p->mp_payload->pl_data, p->mp_payload->pl_len);
        else
            icon = read_icon(p);
    }
    su_home_deinit(home);
    return offer == 0 || icon == 0 ? 0 : offer + icon;
}

int main(int argc, char **argv)
{
    static const peer_work works[] = { { "read", peer_read }, { NULL, NULL } };
    return run_peer(argc, argv, works);
}
