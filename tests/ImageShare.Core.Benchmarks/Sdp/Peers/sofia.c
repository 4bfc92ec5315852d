/* sofia-sip: one copy of the text, cut into pieces in place; the attributes stay text. */
#include <sofia-sip/sdp.h>

#include "run.h"
#include "values.h"

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
    sdp_parser_t *parser = sdp_parse(NULL, text, (issize_t)length, 0);
    sdp_session_t *sdp = sdp_session(parser);
    size_t result = 0;
    if (sdp != NULL && sdp->sdp_media != NULL) {
        file_values values;
        memset(&values, 0, sizeof values);
        for (sdp_attribute_t *a = sdp->sdp_media->m_attributes; a != NULL; a = a->a_next)
            take_attribute(&values, a->a_name, a->a_value);
        /* sofia-sip reads the direction itself and removes the attribute. */
        values.direction = sdp->sdp_media->m_mode == sdp_sendonly ? 1 : values.direction;
        result = check_values(&values);
    }
    sdp_parser_free(parser);
    return result;
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
