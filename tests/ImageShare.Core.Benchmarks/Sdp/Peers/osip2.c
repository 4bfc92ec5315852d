/* libosip2: all parts of the description become strings of their own. */
#include <osipparser2/osip_parser.h>

#include "osip2_values.h"
#include "run.h"

static sdp_message_t *parsed(const char *text)
{
    sdp_message_t *sdp;
    if (sdp_message_init(&sdp) != 0)
        return NULL;
    if (sdp_message_parse(sdp, text) != 0) {
        sdp_message_free(sdp);
        return NULL;
    }
    return sdp;
}

static size_t peer_parse(const char *text, size_t length)
{
    sdp_message_t *sdp = parsed(text);
    (void)length;
    if (sdp == NULL)
        return 0;
    size_t media = (size_t)osip_list_size(&sdp->m_medias);
    sdp_message_free(sdp);
    return media;
}

static size_t peer_typed(const char *text, size_t length)
{
    sdp_message_t *sdp = parsed(text);
    (void)length;
    if (sdp == NULL)
        return 0;
    size_t result = values_of(sdp);
    sdp_message_free(sdp);
    return result;
}

static size_t peer_write(const char *text, size_t length)
{
    sdp_message_t *sdp = parsed(text);
    char *written = NULL;
    (void)length;
    if (sdp == NULL || sdp_message_to_str(sdp, &written) != 0)
        return 0;
    size_t result = strlen(written);
    osip_free(written);
    sdp_message_free(sdp);
    return result;
}

int main(int argc, char **argv)
{
    static const peer_work works[] = { { "parse", peer_parse }, { "typed", peer_typed }, { "write", peer_write }, { NULL, NULL } };
    return run_peer(argc, argv, works);
}
