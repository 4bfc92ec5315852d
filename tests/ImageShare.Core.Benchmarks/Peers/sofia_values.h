/* How sofia-sip's programs take the values of RFC 5547 from an offer. */
#ifndef SOFIA_VALUES_H
#define SOFIA_VALUES_H

#include <sofia-sip/sdp.h>

#include "values.h"

static size_t values_of(su_home_t *home, const char *text, size_t length)
{
    sdp_parser_t *parser = sdp_parse(home, text, (issize_t)length, 0);
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

#endif
