/*
 * libosip2: each part is copied, with its headers as strings. It has no decoder for base64, so the icon is decoded here.
 * The first line of the text is the value of Content-Type, the body follows.
 */
#include <osipparser2/osip_parser.h>

#include "osip2_values.h"
#include "run.h"

static size_t read_offer(const osip_body_t *part)
{
    sdp_message_t *sdp;
    size_t result = 0;
    if (sdp_message_init(&sdp) != 0)
        return 0;
    if (sdp_message_parse(sdp, part->body) == 0)
        result = values_of(sdp);
    sdp_message_free(sdp);
    return result;
}

static size_t decode(unsigned char *output, const char *text, size_t length)
{
    static unsigned char digits[256];
    static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    if (digits['B'] == 0) {
        memset(digits, 64, sizeof digits);
        for (int i = 0; i < 64; i++)
            digits[(unsigned char)alphabet[i]] = (unsigned char)i;
    }
    size_t written = 0;
    unsigned bits = 0, count = 0;
    for (size_t i = 0; i < length; i++) {
        unsigned digit = digits[(unsigned char)text[i]];
        if (digit == 64)
            continue;
        bits = bits << 6 | digit;
        if (++count == 4) {
            output[written++] = (unsigned char)(bits >> 16);
            output[written++] = (unsigned char)(bits >> 8);
            output[written++] = (unsigned char)bits;
            bits = count = 0;
        }
    }
    for (bits <<= 6 * (4 - count); count > 1; count--, bits <<= 8)
        output[written++] = (unsigned char)(bits >> 16);
    return written;
}

static size_t read_icon(const osip_body_t *part)
{
    static unsigned char icon[65536];
    osip_list_iterator_t at;
    for (osip_header_t *h = osip_list_get_first(part->headers, &at); h != NULL; h = osip_list_get_next(&at)) {
        if (strcasecmp(h->hname, "content-transfer-encoding") == 0 && strcasecmp(h->hvalue, "base64") == 0)
            return decode(icon, part->body, part->length);
    }
    return part->length;
}

static size_t peer_read(const char *text, size_t length)
{
    /* It takes a multipart apart only as the body of a message with MIME-Version; this is the shortest one. */
    static char whole[65536];
    osip_message_t *message;
    size_t offer = 0, icon = 0, line = strcspn(text, "\r");
    int head = snprintf(whole, sizeof whole, "MESSAGE sip:b SIP/2.0\r\nMIME-Version: 1.0\r\nContent-Type: %.*s\r\nContent-Length: %zu\r\n\r\n",
        (int)line, text, length - line - 2);
    if ((size_t)head + length >= sizeof whole || osip_message_init(&message) != 0)
        return 0;
    memcpy(whole + head, text + line + 2, length - line - 2);
    if (osip_message_parse(message, whole, (size_t)head + length - line - 2) == 0) {
        osip_list_iterator_t at;
        for (osip_body_t *p = osip_list_get_first(&message->bodies, &at); p != NULL; p = osip_list_get_next(&at)) {
            if (p->content_type != NULL && strcasecmp(p->content_type->type, "application") == 0)
                offer = read_offer(p);
            else
                icon = read_icon(p);
        }
    }
    osip_message_free(message);
    return offer == 0 || icon == 0 ? 0 : offer + icon;
}

int main(int argc, char **argv)
{
    static const peer_work works[] = { { "read", peer_read }, { NULL, NULL } };
    parser_init();
    return run_peer(argc, argv, works);
}
