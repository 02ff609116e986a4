/*
 * Unit tests of scope.c.
 */
#include "scope.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "format_internal.h"
#include "unit.h"

#define E_10 "\xC3\xA9\xC3\xA9\xC3\xA9\xC3\xA9\xC3\xA9\xC3\xA9\xC3\xA9\xC3\xA9\xC3\xA9\xC3\xA9"
#define NAME_50 "A2345678901234567890123456789012345678901234567890"

static void
test_parse(void)
{
	static const struct
	{
		const char *text;
		int			ndimensions;
		PeriodKind	period;
		int			position;
		const char *stored;		/* NULL: as it was given */
	}			cases[] = {
		{"GLOBAL", 0, PERIOD_NONE, 0, NULL},
		{" GLOBAL\t", 0, PERIOD_NONE, 0, "GLOBAL"},
		{"PROJECT", 1, PERIOD_NONE, 0, NULL},
		{"YEARLY", 0, PERIOD_YEARLY, 0, NULL},
		{"PROJECT, DISCIPLINE, YEARLY", 2, PERIOD_YEARLY, 2, NULL},
		{"PROJECT,DISCIPLINE,YEARLY", 2, PERIOD_YEARLY, 2, "PROJECT, DISCIPLINE, YEARLY"},
		{"  PROJECT ,\tYEARLY ,\n DISCIPLINE\r\n", 2, PERIOD_YEARLY, 1,
		"PROJECT, YEARLY, DISCIPLINE"},
		{"QUARTERLY, A", 1, PERIOD_QUARTERLY, 0, NULL},
		{"A, MONTHLY, B, C", 3, PERIOD_MONTHLY, 1, NULL},
		{"WEEKLY, A_1, B__", 2, PERIOD_WEEKLY, 0, NULL},
		{"A, B, C, D, E, F, G, H, DAILY", 8, PERIOD_DAILY, 8, NULL},
		{NAME_50 ", YEARLY", 1, PERIOD_YEARLY, 1, NULL},
		{"SEQUENCE, TYPES, FY2, GLOBALS, YEAR", 5, PERIOD_NONE, 0, NULL}
	};
	size_t		i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
	{
		const char *note = cases[i].text;
		ScopeSpec	spec;
		ScopeSpec	again;
		Problem		problem;
		char		text[SCOPE_SPEC_TEXT_SIZE];
		size_t		bytes;

		if (!CHECK_NOTE(scope_parse(cases[i].text, &spec, &problem), note))
			continue;
		CHECK_INT(spec.ndimensions, cases[i].ndimensions, note);
		CHECK_INT(spec.period, cases[i].period, note);
		CHECK_INT(spec.period_position, cases[i].position, note);
		bytes = scope_spec_text(&spec, text, sizeof(text));
		CHECK_TEXT(text, cases[i].stored != NULL ? cases[i].stored : cases[i].text, note);
		CHECK_INT((int64_t) bytes, (int64_t) strlen(text), note);
		CHECK_NOTE(scope_parse(text, &again, &problem) && memcmp(&spec, &again, sizeof(spec)) == 0,
				   note);
	}
}

static void
test_parse_refused(void)
{
	static const struct
	{
		const char *text;
		const char *message;
	}			cases[] = {
		{"", "scope has an empty name"},
		{"  ", "scope has an empty name"},
		{",", "scope has an empty name"},
		{"PROJECT,", "scope has an empty name"},
		{",PROJECT", "scope has an empty name"},
		{"PROJECT,,YEARLY", "scope has an empty name"},
		{"GLOBAL, PROJECT", "scope GLOBAL stands alone"},
		{"PROJECT, GLOBAL", "scope GLOBAL stands alone"},
		{"GLOBAL, YEARLY", "scope GLOBAL stands alone"},
		{"GLOBAL, GLOBAL", "scope GLOBAL stands alone"},
		{"YEARLY, MONTHLY", "scope has two periods"},
		{"YEARLY, YEARLY", "scope has two periods"},
		{"PROJECT, PROJECT", "scope has dimension \"PROJECT\" twice"},
		{"A, B, YEARLY, A", "scope has dimension \"A\" twice"},
		{"project", "invalid dimension name \"project\""},
		{"Project", "invalid dimension name \"Project\""},
		{"global", "invalid dimension name \"global\""},
		{"yearly", "invalid dimension name \"yearly\""},
		{"1A", "invalid dimension name \"1A\""},
		{"_A", "invalid dimension name \"_A\""},
		{"A-B", "invalid dimension name \"A-B\""},
		{"A B", "invalid dimension name \"A B\""},
		{"A;B", "invalid dimension name \"A;B\""},
		{"A{", "invalid dimension name \"A{\""},
		{"PROJ\xC3\x84", "invalid dimension name \"PROJ\xC3\x84\""},
		{NAME_50 "X", "invalid dimension name \"" NAME_50 "X\""},
		{"x" E_10 E_10 E_10 E_10 E_10 E_10, "invalid dimension name \"x" E_10 E_10 E_10 E_10 E_10 E_10 "\""},
		{"SEQ", "dimension name \"SEQ\" is reserved"},
		{"PROJECT, YYYY", "dimension name \"YYYY\" is reserved"},
		{"DOCUMENT_NUMBER", "dimension name \"DOCUMENT_NUMBER\" is reserved"},
		{"A, DOCUMENT_DATE", "dimension name \"DOCUMENT_DATE\" is reserved"},
		{"CREATED_AT", "dimension name \"CREATED_AT\" is reserved"},
		{"METADATA, YEARLY", "dimension name \"METADATA\" is reserved"},
		{"ROW_NUMBER", "dimension name \"ROW_NUMBER\" is reserved"},
		{"A, B, C, D, E, F, G, H, I", "scope has more than 8 dimensions besides the period"}
	};
	char		text[3000];
	Problem		problem;
	ScopeSpec	spec;
	size_t		i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
	{
		if (CHECK_NOTE(!scope_parse(cases[i].text, &spec, &problem), cases[i].text))
			CHECK_TEXT(problem.message, cases[i].message, cases[i].text);
	}

	memset(text, 'A', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	CHECK(!scope_parse(text, &spec, &problem));
	memset(text, ',', sizeof(text) - 1);
	CHECK(!scope_parse(text, &spec, &problem));
}

/*
 * No dimension may bear the name of a token, and every other name is free.
 */
static void
test_reserved(void)
{
	static const char *const names[] = {"TYPE", "SCOPE", "SEQ", "CHECK"};
	static const char *const others[] = {"", "type", "TYP", "TYPES", "FY1", "GLOBAL", "PROJECT"};
	size_t		i;
	int			kind;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		CHECK_NOTE(scope_name_is_reserved(names[i], strlen(names[i])), names[i]);
	for (i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		CHECK_NOTE(!scope_name_is_reserved(others[i], strlen(others[i])), others[i]);
	for (kind = FORMAT_FIRST_DATE; kind <= FORMAT_LAST_DATE; kind++)
	{
		const char *name = format_date_token((FormatPieceKind) kind)->name;

		CHECK_NOTE(scope_name_is_reserved(name, strcspn(name, ":")), name);
	}
}

/*
 * A text that does not fit is cut, whatever the size.
 */
static void
test_spec_text_cut(void)
{
	static const char whole[] = "PROJECT, YEARLY, DISCIPLINE";
	ScopeSpec	spec;
	Problem		problem;
	size_t		size;

	CHECK(scope_parse(whole, &spec, &problem));
	for (size = 1; size <= sizeof(whole); size++)
	{
		char	   *text = malloc(size);

		CHECK_INT((int64_t) scope_spec_text(&spec, text, size), (int64_t) size - 1, NULL);
		CHECK(memcmp(text, whole, size - 1) == 0 && text[size - 1] == '\0');
		free(text);
	}
}

static void
test_value(void)
{
	char		long_text[SCOPE_VALUE_BYTES + 8];
	ScopeValue	value;
	Problem		problem;
	int			i;

	for (i = 0; i <= SCOPE_VALUE_LIMIT; i++)
		memcpy(long_text + 4 * i, "\xF0\x9F\x98\x80", 4);

	value.text = long_text;
	value.bytes = SCOPE_VALUE_BYTES;
	CHECK(scope_value_check("PROJECT", &value, true, &problem));
	value.bytes = SCOPE_VALUE_BYTES + 4;
	CHECK(!scope_value_check("PROJECT", &value, true, &problem));
	CHECK_TEXT(problem.message, "value of PROJECT is too long", NULL);
	CHECK_TEXT(problem.detail, "It has 51 characters.", NULL);
	value.bytes = 52;
	CHECK(!scope_value_check("PROJECT", &value, false, &problem));

	value.text = "P 1/\\-{}";
	value.bytes = 8;
	CHECK(scope_value_check("PROJECT", &value, true, &problem));
	value.bytes = 0;
	CHECK(!scope_value_check("PROJECT", &value, true, &problem));
	CHECK_TEXT(problem.message, "value of PROJECT is empty", NULL);
	value.bytes = 2;
	CHECK(!scope_value_check("PROJECT", &value, true, &problem));
	CHECK_TEXT(problem.message, "value of PROJECT begins or ends with white space", NULL);
	value.text = "\xC2\xA0P";
	value.bytes = 3;
	CHECK(!scope_value_check("PROJECT", &value, true, &problem));
	value.text = "P\n1";
	CHECK(!scope_value_check("PROJECT", &value, true, &problem));
	CHECK_TEXT(problem.message, "value of PROJECT contains a character that is not printable", NULL);
	CHECK(!scope_value_check(NAME_50, &value, true, &problem));
	CHECK_TEXT(problem.message, "value of " NAME_50 " contains a character that is not printable",
			   NULL);
}

static void
test_canonical(void)
{
	static const ScopeValue values[] = {{"P1", 2}, {"a/b\\c", 5}, {"S", 1}};
	static const struct
	{
		const char *scope;
		int			start;
		const char *text;
	}			cases[] = {
		{"GLOBAL", 1, ""},
		{"PROJECT", 1, "P1"},
		{"YEARLY", 1, "2026"},
		{"YEARLY", 12, "FY2025"},
		{"PROJECT, YEARLY", 1, "P1/2026"},
		{"YEARLY, PROJECT", 1, "2026/P1"},
		{"A, B", 1, "P1/a\\/b\\\\c"},
		{"A, B, C, MONTHLY", 1, "P1/a\\/b\\\\c/S/2026-11"},
		{"A, WEEKLY, B, C", 1, "P1/2026-W48/a\\/b\\\\c/S"},
		{"A, QUARTERLY", 1, "P1/2026-Q4"},
		{"DAILY, A", 1, "2026-11-24/P1"}
	};
	PeriodFields fields;
	size_t		i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
	{
		ScopeSpec	spec;
		Problem		problem;
		char		text[SCOPE_TEXT_SIZE];
		size_t		bytes;

		period_fields(2026, 11, 24, cases[i].start, &fields);
		CHECK_NOTE(scope_parse(cases[i].scope, &spec, &problem), cases[i].scope);
		bytes = scope_canonical(&spec, values, &fields, cases[i].start, text);
		CHECK_TEXT(text, cases[i].text, cases[i].scope);
		CHECK_INT((int64_t) bytes, (int64_t) strlen(text), cases[i].scope);
	}
}

/*
 * The longest values, all escaped, fit.
 */
static void
test_canonical_longest(void)
{
	char		slashes[SCOPE_VALUE_BYTES];
	ScopeValue	values[SCOPE_MAX_DIMENSIONS];
	ScopeSpec	spec;
	Problem		problem;
	PeriodFields fields;
	char	   *text = malloc(SCOPE_TEXT_SIZE);
	int			i;

	memset(slashes, '/', sizeof(slashes));
	for (i = 0; i < SCOPE_MAX_DIMENSIONS; i++)
	{
		values[i].text = slashes;
		values[i].bytes = sizeof(slashes);
	}
	period_fields(2026, 11, 24, 1, &fields);
	CHECK(scope_parse("A, B, C, DAILY, D, E, F, G, H", &spec, &problem));
	CHECK_INT((int64_t) scope_canonical(&spec, values, &fields, 1, text),
			  8 * 2 * SCOPE_VALUE_BYTES + 8 + 10, NULL);
	CHECK(strlen(text) < SCOPE_TEXT_SIZE);
	free(text);
}

typedef struct CanonicalScope
{
	char		text[24];
	int			id;
} CanonicalScope;

static int
compare_scopes(const void *left, const void *right)
{
	return strcmp(((const CanonicalScope *) left)->text, ((const CanonicalScope *) right)->text);
}

static bool
same_value(const ScopeValue *left, const ScopeValue *right)
{
	return left->bytes == right->bytes && memcmp(left->text, right->text, left->bytes) == 0;
}

/*
 * The values are read back from a canonical text, wherever the period stands.
 */
static void
test_values_of(void)
{
	static const struct
	{
		const char *scope;
		const char *text;
		int			nvalues;	/* -1: not as many parts, or an empty one */
		const char *value[3];
	}			cases[] = {
		{"GLOBAL", "", 0, {NULL}},
		{"GLOBAL", "P1", -1, {NULL}},
		{"YEARLY", "2026", 0, {NULL}},
		{"YEARLY", "", -1, {NULL}},
		{"YEARLY", "2026/P1", -1, {NULL}},
		{"A", "P1", 1, {"P1"}},
		{"A", "P\\/1\\\\", 1, {"P/1\\"}},
		{"A", "", -1, {NULL}},
		{"A", "P1/", -1, {NULL}},
		{"A", "P1/2026", -1, {NULL}},
		{"A, YEARLY", "P1/2026", 1, {"P1"}},
		{"YEARLY, A", "2026/P1", 1, {"P1"}},
		{"A, YEARLY, B", "P\\/1/FY2026/STR", 2, {"P/1", "STR"}},
		{"A, YEARLY", "P1", -1, {NULL}},
		{"A, B", "P1", -1, {NULL}},
		{"A, B", "P1/", -1, {NULL}},
		{"A, B", "/P1", -1, {NULL}},
		{"A, B", "P1//STR", -1, {NULL}},
		{"A, B", "P1\\/STR", -1, {NULL}},
		{"A, B, C", "a/b/c", 3, {"a", "b", "c"}},
		{"A, B, C", "a/b/\\", 3, {"a", "b", "\\"}}
	};
	size_t		i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
	{
		ScopeSpec	spec;
		Problem		problem;
		ScopeValue	values[SCOPE_MAX_DIMENSIONS];
		char		buffer[SCOPE_TEXT_SIZE];
		bool		read;
		int			k;

		CHECK(scope_parse(cases[i].scope, &spec, &problem));
		read = scope_values_of(&spec, cases[i].text, values, buffer);
		if (!CHECK_INT(read, cases[i].nvalues >= 0, cases[i].text))
			continue;
		for (k = 0; k < cases[i].nvalues; k++)
		{
			ScopeValue	expected;

			expected.text = cases[i].value[k];
			expected.bytes = strlen(expected.text);
			CHECK_NOTE(same_value(&values[k], &expected), cases[i].text);
		}
	}
}

/*
 * All pairs of short values over the separator, the escape and a letter: no
 * two pairs have the same text, and each is read back from it.
 */
static void
test_canonical_tells_apart(void)
{
	static const char alphabet[] = "/\\a";
	static CanonicalScope scopes[120 * 120];
	char		values[120][4];
	ScopeSpec	spec;
	Problem		problem;
	PeriodFields fields;
	int			count = 0;
	int			nscopes = 0;
	int			length;
	int			i;
	int			k;

	for (length = 1; length <= 4; length++)
	{
		int			total = length == 1 ? 3 : length == 2 ? 9 : length == 3 ? 27 : 81;

		for (i = 0; i < total; i++)
		{
			int			rest = i;

			memset(values[count], 0, 4);
			for (k = 0; k < length; k++)
			{
				values[count][k] = alphabet[rest % 3];
				rest /= 3;
			}
			count++;
		}
	}
	CHECK_INT(count, 120, NULL);

	period_fields(2026, 11, 24, 1, &fields);
	CHECK(scope_parse("A, B", &spec, &problem));
	for (i = 0; i < count; i++)
	{
		for (k = 0; k < count; k++)
		{
			ScopeValue	pair[2];
			ScopeValue	read[2];
			char		text[SCOPE_TEXT_SIZE];
			char		buffer[SCOPE_TEXT_SIZE];

			pair[0].text = values[i];
			pair[0].bytes = strnlen(values[i], 4);
			pair[1].text = values[k];
			pair[1].bytes = strnlen(values[k], 4);
			scope_canonical(&spec, pair, &fields, 1, text);
			CHECK_NOTE(scope_values_of(&spec, text, read, buffer) &&
					   same_value(&read[0], &pair[0]) && same_value(&read[1], &pair[1]), text);
			snprintf(scopes[nscopes].text, sizeof(scopes[nscopes].text), "%.23s", text);
			scopes[nscopes].id = nscopes;
			nscopes++;
		}
	}
	qsort(scopes, (size_t) nscopes, sizeof(CanonicalScope), compare_scopes);
	for (i = 1; i < nscopes; i++)
		CHECK_NOTE(strcmp(scopes[i - 1].text, scopes[i].text) != 0, scopes[i].text);
}

const UnitTest scope_tests[] = {
	{"scope: parsed and stored", test_parse},
	{"scope: refused", test_parse_refused},
	{"scope: reserved names", test_reserved},
	{"scope: stored text cut to its buffer", test_spec_text_cut},
	{"scope: values", test_value},
	{"scope: canonical texts", test_canonical},
	{"scope: the longest canonical text fits", test_canonical_longest},
	{"scope: values read back from a canonical text", test_values_of},
	{"scope: canonical texts tell scopes apart", test_canonical_tells_apart},
	{NULL, NULL}
};
