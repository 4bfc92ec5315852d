/* libosip2: all parts of all headers it knows become strings of their own. */
#include <osipparser2/osip_parser.h>

#include "run.h"

static osip_message_t *parsed(const char *text, size_t length)
{
    osip_message_t *message;
    if (osip_message_init(&message) != 0)
        return NULL;
    if (osip_message_parse(message, text, length) != 0 || message->from == NULL || message->to == NULL || message->call_id == NULL
        || message->cseq == NULL || osip_list_size(&message->vias) == 0 || osip_list_size(&message->contacts) == 0) {
        osip_message_free(message);
        return NULL;
    }
    return message;
}

static size_t peer_parse(const char *text, size_t length)
{
    osip_message_t *message = parsed(text, length);
    size_t result = message != NULL;
    osip_message_free(message);
    return result;
}

/* It keeps no text: writing is always from the values. */
static size_t peer_write(const char *text, size_t length)
{
    osip_message_t *message = parsed(text, length);
    char *written = NULL;
    size_t result = 0;
    if (message == NULL)
        return 0;
    if (osip_message_force_update(message) == 0 && osip_message_to_str(message, &written, &result) == 0)
        osip_free(written);
    osip_message_free(message);
    return result;
}

int main(int argc, char **argv)
{
    static const peer_work works[] = { { "parse", peer_parse }, { "write", peer_write }, { "copy", peer_write }, { NULL, NULL } };
    parser_init();
    return run_peer(argc, argv, works);
}
