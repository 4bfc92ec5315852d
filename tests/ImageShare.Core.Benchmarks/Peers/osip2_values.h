/* How libosip2's programs take the values of RFC 5547 from an offer it has read. */
#ifndef OSIP2_VALUES_H
#define OSIP2_VALUES_H

#include <osipparser2/sdp_message.h>

#include "values.h"

static size_t values_of(sdp_message_t *sdp)
{
    file_values values;
    memset(&values, 0, sizeof values);
    sdp_media_t *media = osip_list_get(&sdp->m_medias, 0);
    osip_list_iterator_t at;
    for (sdp_attribute_t *a = osip_list_get_first(&media->a_attributes, &at); a != NULL; a = osip_list_get_next(&at))
        take_attribute(&values, a->a_att_field, a->a_att_value);
    return check_values(&values);
}

#endif
