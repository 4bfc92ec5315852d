/* sofia-sip: one copy of the text, cut into pieces in place; the attributes stay text. */
#include "run.h"
#include "sofia_values.h"

/* The seed's c= is in its m= section and its s= is a plain text: nothing needs a flag. */
static size_t peer_parse(const char *text, size_t length)
{
    sdp_parser_t *parser = sdp_parse(NULL, text, (issize_t)length, 0);
    sdp_session_t *sdp = sdp_session(parser);
    size_t result = sdp != NULL && sdp->sdp_media != NULL;
    sdp_parser_free(parser);
    return result;
}

static size_t peer_typed(const char *text, size_t length)
{
    return values_of(NULL, text, length);
}

static size_t peer_write(const char *text, size_t length)
{
    char buffer[4096];
    size_t result = 0;
    sdp_parser_t *parser = sdp_parse(NULL, text, (issize_t)length, 0);
    sdp_session_t *sdp = sdp_session(parser);
    if (sdp != NULL) {
        sdp_printer_t *printer = sdp_print(NULL, sdp, buffer, sizeof buffer, 0);
        const char *written = sdp_message(printer);
        result = written == NULL ? 0 : strlen(written);
        sdp_printer_free(printer);
    }
    sdp_parser_free(parser);
    return result;
}

int main(int argc, char **argv)
{
    static const peer_work works[] = { { "parse", peer_parse }, { "typed", peer_typed }, { "write", peer_write }, { NULL, NULL } };
    return run_peer(argc, argv, works);
}
