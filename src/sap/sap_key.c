/*
 * sap_key.c
 *		Values of character fields in internal form; see sap_key.h.
 *
 * The dictionary has the type of each field.  Spreadsheets and web pages add marks
 * around a key, which are removed.  A key that they changed to a number with
 * decimals or an exponent may have lost digits, and is an error.
 */
#include "sap/sap_key.h"

static bool
is_digits(const char *value, size_t size)
{
	for (size_t i = 0; i < size; i++)
	{
		seg_check_step(i);
		if (!seg_sap_is_digit(value[i]))
			return false;
	}
	return size > 0;
}

SegSapStatus
seg_sap_alpha_in(const char *value, size_t size, size_t length, char *result, size_t *result_size)
{
	seg_sap_trim(&value, &size);
	*result_size = size;
	if (!is_digits(value, size))
	{
		memcpy(result, value, size);
		return seg_sap_characters(value, size) > length ? SEG_SAP_TOO_LONG : SEG_SAP_OK;
	}
	while (size > length && *value == '0')
	{
		seg_check_step(size);
		value++;
		size--;
	}
	if (size > length)
		return SEG_SAP_TOO_LONG;
	memset(result, '0', length - size);
	memcpy(result + (length - size), value, size);
	*result_size = length;
	return SEG_SAP_OK;
}

void
seg_sap_alpha_out(const char **value, size_t *size)
{
	seg_sap_trim(value, size);
	if (!is_digits(*value, *size))
		return;
	while (*size > 1 && **value == '0')
	{
		seg_check_step(*size);
		(*value)++;
		(*size)--;
	}
}

/* Remove ="..." and a leading apostrophe, by which spreadsheets mark a text, and blanks, repeatedly. */
static void
remove_marks(const char **value, size_t *size)
{
	size_t		before;

	do
	{
		before = *size;
		if (*size >= 3 && memcmp(*value, "=\"", 2) == 0 && (*value)[*size - 1] == '"')
		{
			*value += 2;
			*size -= 3;
		}
		if (*size >= 2 && **value == '\'' && memchr(*value + 1, '\'', *size - 1) == NULL)
		{
			(*value)++;
			(*size)--;
		}
		seg_sap_trim(value, size);
	} while (*size < before);
}

static size_t
digits_at(const char *value, size_t size)
{
	size_t		count = 0;

	while (count < size && seg_sap_is_digit(value[count]))
	{
		seg_check_step(count);
		count++;
	}
	return count;
}

/* What a spreadsheet makes of a number: 4711.0, 4,711E+03. */
static SegSapStatus
check_not_calculated(const char *value, size_t size, bool only_zero)
{
	size_t		at = digits_at(value, size);
	size_t		decimals = 0;

	if (at == 0 || at == size)
		return SEG_SAP_OK;
	if (value[at] == '.' || value[at] == ',')
	{
		decimals = digits_at(value + at + 1, size - at - 1);
		if (decimals == 0)
			return SEG_SAP_OK;
		if (at + 1 + decimals == size)
			return only_zero && !(decimals == 1 && value[size - 1] == '0') ? SEG_SAP_OK : SEG_SAP_KEY_DECIMALS;
		at += 1 + decimals;
	}
	if (size - at >= 3 && (value[at] == 'E' || value[at] == 'e') && (value[at + 1] == '+' || value[at + 1] == '-') &&
		digits_at(value + at + 2, size - at - 2) == size - at - 2)
		return SEG_SAP_EXPONENT;
	return SEG_SAP_OK;
}

static SegSapStatus
key_in(SegSapType type, size_t length, const char *value, size_t size, char *result, size_t *result_size)
{
	SegSapStatus status;

	if (!is_digits(value, size))
	{
		remove_marks(&value, &size);
		*result_size = 0;
		if (size == 0 || (size == 1 && *value == '#'))
			return SEG_SAP_OK;
		if (memchr(value, '*', size) != NULL)
			return SEG_SAP_ASTERISK;
		status = check_not_calculated(value, size, type == SEG_SAP_MATERIAL);
		if (status != SEG_SAP_OK)
			return status;
		if ((type == SEG_SAP_NUMC || type == SEG_SAP_CLNT) && !is_digits(value, size))
			return SEG_SAP_NOT_DIGITS;
	}
	status = seg_sap_alpha_in(value, size, length, result, result_size);
	/* a longer material number is one of the extended kind, with up to 40 characters */
	if (status == SEG_SAP_TOO_LONG && type == SEG_SAP_MATERIAL && seg_sap_characters(value, size) <= 40)
	{
		memcpy(result, value, size);
		*result_size = size;
		return SEG_SAP_OK;
	}
	return status;
}

static SegSapStatus
currency_in(size_t length, const char *value, size_t size, char *result, size_t *result_size)
{
	*result_size = 0;
	if (size == 1 && *value == '#')
		return SEG_SAP_OK;
	if (size > length)
		return SEG_SAP_NOT_A_CURRENCY;
	for (size_t i = 0; i < size; i++)
	{
		char		c = value[i] >= 'a' && value[i] <= 'z' ? value[i] - 'a' + 'A' : value[i];

		if (!seg_sap_is_digit(c) && (c < 'A' || c > 'Z'))
			return SEG_SAP_NOT_A_CURRENCY;
		result[i] = c;
	}
	*result_size = size;
	return SEG_SAP_OK;
}

bool
seg_sap_is_internal(SegSapType type, size_t length, const char *value, size_t size)
{
	if (seg_sap_is_key(type))
		return size == length && is_digits(value, size);
	if (type != SEG_SAP_CUKY)
		return length == 0 || size <= length;
	for (size_t i = 0; i < size; i++)
		if (value[i] < 'A' || value[i] > 'Z')
			return false;
	return size <= length;
}

SegSapStatus
seg_sap_internal(SegSapType type, size_t length, const char *value, size_t size,
				 char *result, size_t *result_size)
{
	seg_sap_trim(&value, &size);
	if (seg_sap_is_key(type))
		return key_in(type, length, value, size, result, result_size);
	if (type == SEG_SAP_CUKY)
		return currency_in(length, value, size, result, result_size);
	memcpy(result, value, size);
	*result_size = size;
	return length > 0 && size > length && seg_sap_characters(value, size) > length ? SEG_SAP_TOO_LONG : SEG_SAP_OK;
}
