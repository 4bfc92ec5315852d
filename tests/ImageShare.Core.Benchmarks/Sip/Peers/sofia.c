/* sofia-sip: one copy of the message, cut into pieces in place; all headers it knows are parsed. */
#include <sofia-sip/msg.h>
#include <sofia-sip/msg_header.h>
#include <sofia-sip/msg_mclass.h>
#include <sofia-sip/sip.h>
#include <sofia-sip/sip_header.h>
#include <sofia-sip/sip_parser.h>
#include <sofia-sip/su_alloc.h>

#include "run.h"

/* NULL unless the headers every request has were read. */
static sip_t *parsed(msg_t *message)
{
    sip_t *sip = sip_object(message);
    return sip != NULL && sip->sip_error == NULL && sip->sip_request != NULL && sip->sip_via != NULL && sip->sip_from != NULL && sip->sip_to != NULL
        && sip->sip_call_id != NULL && sip->sip_cseq != NULL && sip->sip_contact != NULL && sip->sip_max_forwards != NULL ? sip : NULL;
}

static size_t peer_parse(const char *text, size_t length)
{
    msg_t *message = msg_make(sip_default_mclass(), 0, text, (ssize_t)length);
    size_t result = parsed(message) != NULL;
    msg_destroy(message);
    return result;
}

static size_t peer_write(const char *text, size_t length)
{
    msg_t *message = msg_make(sip_default_mclass(), 0, text, (ssize_t)length);
    sip_t *sip = parsed(message);
    size_t result = 0;
    if (sip != NULL) {
        /* It keeps the text of each header; without it the header is written from its values. */
        for (msg_header_t *h = (msg_header_t *)sip->sip_request; h != NULL; h = (msg_header_t *)h->sh_succ) {
            if (!msg_is_payload(h)) {
                h->sh_data = NULL;
                h->sh_len = 0;
            }
        }
        char *written = msg_as_string(msg_home(message), message, NULL, 0, &result);
        result = written == NULL ? 0 : result;
        su_free(msg_home(message), written);
    }
    msg_destroy(message);
    return result;
}

/* The same, with the text it kept. */
static size_t peer_copy(const char *text, size_t length)
{
    msg_t *message = msg_make(sip_default_mclass(), 0, text, (ssize_t)length);
    size_t result = 0;
    if (parsed(message) != NULL) {
        char *written = msg_as_string(msg_home(message), message, NULL, 0, &result);
        result = written == NULL ? 0 : result;
        su_free(msg_home(message), written);
    }
    msg_destroy(message);
    return result;
}

int main(int argc, char **argv)
{
    static const peer_work works[] = { { "parse", peer_parse }, { "write", peer_write }, { "copy", peer_copy }, { NULL, NULL } };
    return run_peer(argc, argv, works);
}
