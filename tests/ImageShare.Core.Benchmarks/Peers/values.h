/* How both peers read the values of RFC 5547 from the attributes, which both libraries leave as text. */
#ifndef FILE_VALUES_H
#define FILE_VALUES_H

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* The values of an offered file. Pointers go into the parsed description, which is alive as long as they are used. */
typedef struct {
    char name[256];
    const char *type;
    size_t type_length;
    long long size;
    unsigned char hash[64];
    size_t hash_length;
    const char *disposition;
    long long created, modified, read; /* seconds since 1970 */
    const char *icon;
    const char *transfer_id;
    long long first, last; /* the range; last is -1 for the end of the file */
    const char *path[8];
    size_t path_count;
    const char *types[16], *wrapped_types[16];
    size_t type_count, wrapped_type_count;
    long long max_size;
    int setup, direction;
} file_values;

static int hex_digit(char c)
{
    return c >= '0' && c <= '9' ? c - '0' : c >= 'A' && c <= 'F' ? c - 'A' + 10 : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static long long decimal(const char **text)
{
    long long value = 0;
    for (; **text >= '0' && **text <= '9'; ++*text)
        value = value * 10 + (**text - '0');
    return value;
}

/* The name between quotes, with percent signs decoded. Returns what follows the closing quote, or NULL. */
static const char *read_name(file_values *values, const char *text)
{
    size_t length = 0;
    for (; *text != '"'; text++) {
        if (*text == 0 || length == sizeof values->name - 1)
            return NULL;
        if (*text == '%' && hex_digit(text[1]) >= 0 && hex_digit(text[2]) >= 0) {
            values->name[length++] = (char)(hex_digit(text[1]) * 16 + hex_digit(text[2]));
            text += 2;
        } else {
            values->name[length++] = *text;
        }
    }
    values->name[length] = 0;
    return text + 1;
}

/* selector *(SP selector): name:"...", type:..., size:..., hash:sha-1:... (RFC 5547 section 6). */
static int read_selector(file_values *values, const char *text)
{
    while (*text != 0) {
        if (strncasecmp(text, "name:\"", 6) == 0) {
            if ((text = read_name(values, text + 6)) == NULL)
                return 0;
        } else if (strncasecmp(text, "type:", 5) == 0) {
            values->type = text += 5;
            values->type_length = strcspn(text, " ");
            text += values->type_length;
        } else if (strncasecmp(text, "size:", 5) == 0) {
            text += 5;
            values->size = decimal(&text);
        } else if (strncasecmp(text, "hash:", 5) == 0) {
            text += 5;
            text += strcspn(text, ": ");
            while (*text == ':' && hex_digit(text[1]) >= 0 && hex_digit(text[2]) >= 0 && values->hash_length < sizeof values->hash) {
                values->hash[values->hash_length++] = (unsigned char)(hex_digit(text[1]) * 16 + hex_digit(text[2]));
                text += 3;
            }
        }
        text += strcspn(text, " ");
        text += strspn(text, " ");
    }
    return 1;
}

/* Days since 1970 of a date of the Gregorian calendar, counted in years that begin in March. */
static long long days_of(long long year, int month, int day)
{
    year -= month <= 2;
    long long era = year / 400, of_era = year - era * 400;
    int day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + day_of_year - 719468;
}

/* 2008-10-15T10:40:46.405Z, or Wed, 15 Oct 2008 10:40:46 +0000. */
static long long read_date(const char *text)
{
    static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    long long year, zone = 0;
    int month, day;
    if (*text >= '0' && *text <= '9' && strlen(text) > 19 && text[4] == '-') {
        year = decimal(&text), text++;
        month = (int)decimal(&text), text++;
        day = (int)decimal(&text), text++;
    } else {
        const char *comma = strchr(text, ','), *found;
        text = comma == NULL ? text : comma + 1;
        text += strspn(text, " ");
        day = (int)decimal(&text), text++;
        char name[4] = { text[0], text[0] ? text[1] : 0, text[0] && text[1] ? text[2] : 0, 0 };
        if (strlen(name) < 3 || (found = strstr(months, name)) == NULL)
            return 0;
        month = (int)((found - months) / 3 + 1);
        text += 4;
        year = decimal(&text), text++;
    }
    long long seconds = decimal(&text) * 3600;
    text++;
    seconds += decimal(&text) * 60;
    text++;
    seconds += decimal(&text);
    if (text[0] == ' ' && (text[1] == '+' || text[1] == '-')) {
        int sign = text[1] == '-' ? -1 : 1;
        text += 2;
        zone = decimal(&text);
        zone = sign * (zone / 100 * 3600 + zone % 100 * 60);
    }
    return days_of(year, month, day) * 86400 + seconds - zone;
}

static void read_dates(file_values *values, const char *text)
{
    while (*text != 0) {
        long long *date = strncasecmp(text, "creation:", 9) == 0 ? &values->created
            : strncasecmp(text, "modification:", 13) == 0 ? &values->modified
            : strncasecmp(text, "read:", 5) == 0 ? &values->read : NULL;
        text += strcspn(text, ":");
        if (date == NULL || *text == 0)
            return;
        int quoted = *++text == '"';
        *date = read_date(text + quoted);
        text += quoted ? 1 : 0;
        text += strcspn(text, quoted ? "\"" : " ");
        text += strspn(text, "\" ");
    }
}

/* Words separated by spaces; each pointer goes to the beginning of one. */
static size_t read_words(const char **words, size_t most, const char *text)
{
    size_t count = 0;
    while (*text != 0 && count < most) {
        words[count++] = text;
        text += strcspn(text, " ");
        text += strspn(text, " ");
    }
    return count;
}

/* Takes one attribute; value is NULL or empty if there is none. */
static void take_attribute(file_values *values, const char *name, const char *value)
{
    if (value == NULL)
        value = "";
    if (strcasecmp(name, "file-selector") == 0) {
        if (!read_selector(values, value))
            values->size = -1;
    } else if (strcasecmp(name, "file-disposition") == 0) {
        values->disposition = value;
    } else if (strcasecmp(name, "file-date") == 0) {
        read_dates(values, value);
    } else if (strcasecmp(name, "file-icon") == 0) {
        values->icon = strncasecmp(value, "cid:", 4) == 0 ? value : NULL;
    } else if (strcasecmp(name, "file-transfer-id") == 0) {
        values->transfer_id = value;
    } else if (strcasecmp(name, "file-range") == 0) {
        values->first = decimal(&value);
        values->last = *value == '-' && value[1] != '*' ? (value++, decimal(&value)) : -1;
    } else if (strcasecmp(name, "path") == 0) {
        values->path_count = read_words(values->path, 8, value);
    } else if (strcasecmp(name, "accept-types") == 0) {
        values->type_count = read_words(values->types, 16, value);
    } else if (strcasecmp(name, "accept-wrapped-types") == 0) {
        values->wrapped_type_count = read_words(values->wrapped_types, 16, value);
    } else if (strcasecmp(name, "max-size") == 0) {
        values->max_size = decimal(&value);
    } else if (strcasecmp(name, "setup") == 0) {
        values->setup = strcasecmp(value, "active") == 0 ? 1 : strcasecmp(value, "passive") == 0 ? 2 : strcasecmp(value, "actpass") == 0 ? 3 : 0;
    } else if (strcasecmp(name, "sendonly") == 0) {
        values->direction = 1;
    } else if (strcasecmp(name, "recvonly") == 0) {
        values->direction = 2;
    } else if (strcasecmp(name, "sendrecv") == 0) {
        values->direction = 3;
    }
}

/* 0 unless what the seed's offer says of its file was found: a program that reads something else measures nothing. */
static size_t check_values(const file_values *values)
{
    int found = values->name[0] != 0 && values->type_length > 0 && values->size > 0 && values->hash_length == 20 && values->disposition != NULL
        && values->created > 1000000000 && values->icon != NULL && values->transfer_id != NULL && values->path_count == 1
        && values->type_count == 2 && values->wrapped_type_count == 1 && values->direction == 1;
    return found ? (size_t)values->size : 0;
}

#endif
