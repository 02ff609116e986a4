/*
 * Unit tests of format_*.c: tables of cases.
 */
#include "format.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "format_internal.h"
#include "unit.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/*
 * Compiles a format for a type COR with a scope and a fiscal year.
 */
static bool
compile_as(Format *format, const char *source, const char *scope, int fiscal_year_start,
		   bool unique_per_scope, Problem *problem)
{
	ScopeSpec	spec;
	FormatContext context;
	bool		compiled;
	char	   *copy = unit_exact_copy(source, strlen(source) + 1);

	if (!CHECK_NOTE(scope_parse(scope, &spec, problem), scope))
		abort();
	context.document_type = "COR";
	context.scope = &spec;
	context.fiscal_year_start = fiscal_year_start;
	context.unique_per_scope = unique_per_scope;
	context.max_length = 100;
	context.max_value = 999999;
	context.utf8 = true;
	compiled = format_compile(format, copy, &context, problem);
	free(copy);
	return compiled;
}

static bool
compile(Format *format, const char *source, const char *scope, Problem *problem)
{
	return compile_as(format, source, scope, 1, false, problem);
}

/*
 * Parses a terminated text, from a block of exactly its size.
 */
static bool
parse(const Format *format, const char *text, FormatParsed *parsed, Problem *problem)
{
	size_t		bytes = strlen(text);
	char	   *copy = unit_exact_copy(text, bytes);
	bool		accepted = format_parse(format, copy, bytes, parsed, problem);
	int			i;

	/* what was parsed points into the copy, which goes: into the text instead */
	for (i = 0; accepted && i < SCOPE_MAX_DIMENSIONS; i++)
	{
		if (parsed->dimension[i].bytes > 0)
			parsed->dimension[i].text = text + (parsed->dimension[i].text - copy);
	}
	free(copy);
	return accepted;
}

static void
set_values(FormatValues *values, int fiscal_year_start, int64_t sequence)
{
	static const ScopeValue dimensions[] = {
		{"P1", 2}, {"STR", 3}, {"C-7", 3}, {"d", 1}, {"e", 1}, {"f", 1}, {"g", 1}, {"h", 1}
	};

	memcpy(values->dimension, dimensions, sizeof(dimensions));
	period_fields(2026, 11, 24, fiscal_year_start, &values->date);
	values->sequence = sequence;
}

static void
test_render_and_parse(void)
{
	static const struct
	{
		const char *scope;
		int			start;
		const char *format;
		int64_t		sequence;
		const char *number;
	}			cases[] = {
		{"GLOBAL", 1, "{SEQ:1}", 1, "1"},
		{"GLOBAL", 1, "{SEQ:1}", 10, "10"},
		{"GLOBAL", 1, "{SEQ:5}", 42, "00042"},
		{"GLOBAL", 1, "{SEQ:5}", 99999, "99999"},
		{"GLOBAL", 1, "{SEQ:5}", 100000, "100000"},
		{"GLOBAL", 1, "{SEQ:18}", 1, "000000000000000001"},
		{"GLOBAL", 1, "{SEQ:18}", FORMAT_VALUE_MAX, "999999999999999999"},
		{"GLOBAL", 1, "{SEQ:1}", FORMAT_VALUE_MAX, "999999999999999999"},
		{"GLOBAL", 1, "{TYPE}-{SEQ:4}", 7, "COR-0007"},
		{"GLOBAL", 1, "{TYPE}{TYPE}{SEQ:4}{TYPE}", 7, "CORCOR0007COR"},
		{"GLOBAL", 1, "{{{SEQ:2}}}", 7, "{07}"},
		{"GLOBAL", 1, "{{{{}}}}{SEQ:2}{{SEQ:2}}", 7, "{{}}07{SEQ:2}"},
		{"GLOBAL", 1, "N\xC2\xB0 {SEQ:3}", 7, "N\xC2\xB0 007"},
		{"YEARLY", 1, "COR-{YYYY}-{SEQ:5}", 42, "COR-2026-00042"},
		{"YEARLY", 1, "{YY}{SEQ:5}", 42, "2600042"},
		{"YEARLY", 1, "{SEQ:5}{YY}", 42, "0004226"},
		{"YEARLY", 1, "{SEQ:1}{YYYY}9", 42, "4220269"},
		{"YEARLY", 1, "{FY}/{SEQ:3}", 42, "2026/042"},
		{"YEARLY", 1, "{FYE:2}/{SEQ:3}", 42, "26/042"},
		{"YEARLY", 4, "{FY}-{FYE:2}/{SEQ:3}", 42, "2026-27/042"},
		{"YEARLY", 12, "{FY:2}{FYE}/{SEQ:3}", 42, "252026/042"},
		{"YEARLY", 12, "{FYE:2}/{YYYY}/{SEQ:3}", 42, "26/2026/042"},
		{"QUARTERLY", 1, "{YYYY}Q{Q}-{SEQ:3}", 42, "2026Q4-042"},
		{"QUARTERLY", 1, "{MM}.{YY}-{SEQ:3}", 42, "11.26-042"},
		{"MONTHLY", 1, "INV/{YYYY}/{MM}/{SEQ:6}", 317, "INV/2026/11/000317"},
		{"WEEKLY", 1, "{IYYY}-W{IW}-{SEQ:3}", 42, "2026-W48-042"},
		{"DAILY", 1, "{YYYY}{MM}{DD}{SEQ:3}", 42, "20261124042"},
		{"DAILY", 1, "{SEQ:3}{DD}{MM}{YY}", 42, "042241126"},
		{"DAILY", 1, "{DD}{DD}{MM}{YY}{YYYY}{SEQ:3}", 42, "24241126" "2026042"},
		{"PROJECT", 1, "{PROJECT}-{SEQ:4}", 42, "P1-0042"},
		{"PROJECT", 1, "{SCOPE}-{SEQ:4}", 42, "P1-0042"},
		{"PROJECT", 1, "{SEQ:4}-{SCOPE}", 42, "0042-P1"},
		{"PROJECT", 1, "{SEQ:4}{YYYY}12-{SCOPE}", 42, "0042202612-P1"},
		{"PROJECT", 1, "{SCOPE}{YYYY}-{SEQ:4}{YYYY}", 42, "P12026-00422026"},
		{"PROJECT", 1, "{SCOPE}-12{MM}{SEQ:4}{YYYY}", 42, "P1-121100422026"},
		{"PROJECT, YEARLY", 1, "{SCOPE}-{YY}-{SEQ:4}", 42, "P1-26-0042"},
		{"PROJECT, DISCIPLINE", 1, "{PROJECT}-{DISCIPLINE}-RFA-{SEQ:4}", 42, "P1-STR-RFA-0042"},
		{"PROJECT, DISCIPLINE", 1, "{DISCIPLINE}/{PROJECT}/{SEQ:4}", 42, "STR/P1/0042"},
		{"PROJECT, DISCIPLINE", 1, "{PROJECT}-{SEQ:4}-{DISCIPLINE}", 42, "P1-0042-STR"},
		{"PROJECT, DISCIPLINE", 1, "{SEQ:4}-{PROJECT}/{DISCIPLINE}", 42, "0042-P1/STR"},
		{"PROJECT, DISCIPLINE", 1, "{PROJECT}/9{SEQ:4}{YYYY}1-{DISCIPLINE}{Q}", 42,
		"P1/9004220261-STR4"},
		{"A, B, C", 1, "{A}.{B}.{C}{TYPE}{SEQ:4}", 42, "P1.STR.C-7COR0042"},
		{"A, B, C, D, E, F, G, H", 1, "{A}{TYPE}{B}.{C}.{D}.{E}.{F}.{G}.{H}.{SEQ:1}", 42,
		"P1CORSTR.C-7.d.e.f.g.h.42"},
		{"GLOBAL", 1, "{SEQ:10}{CHECK:LUHN}", INT64_C(7992739871), "79927398713"},
		{"GLOBAL", 1, "{SEQ:3}-{CHECK:DAMM}", 572, "572-4"},
		{"GLOBAL", 1, "{SEQ:3}/{CHECK:MOD97}", 794, "794/44"},
		{"GLOBAL", 1, "{CHECK:LUHN}{SEQ:3}", 42, "0042"},
		{"GLOBAL", 1, "{CHECK:MOD97}{SEQ:3}", 42, "98042"},
		{"YEARLY", 1, "{YYYY}{CHECK:DAMM}{SEQ:3}", 42, "20265042"},
		{"PROJECT", 1, "{SCOPE}{CHECK:LUHN}-{SEQ:3}", 42, "P18-042"},
		{"A, B", 1, "{A}-{SEQ:3}{CHECK:LUHN}-{B}{CHECK:LUHN}", 42, NULL},
		{"A, B", 1, "{A}-{SEQ:3}{CHECK:LUHN}-{B}", 42, "P1-0421-STR"}
	};
	size_t		i;

	for (i = 0; i < COUNT(cases); i++)
	{
		const char *note = cases[i].format;
		Format		format;
		Format		copy;
		FormatValues values;
		FormatParsed parsed;
		Problem		problem;
		char		text[FORMAT_TEXT_SIZE];
		size_t		bytes;
		int			k;

		if (cases[i].number == NULL)
		{
			CHECK_NOTE(!compile_as(&format, cases[i].format, cases[i].scope, cases[i].start, false,
								   &problem), note);
			continue;
		}
		if (!CHECK_NOTE(compile_as(&format, cases[i].format, cases[i].scope, cases[i].start, false,
								   &problem), note))
			continue;
		memcpy(&copy, &format, sizeof(copy));
		memset(&format, 'x', sizeof(format));
		set_values(&values, cases[i].start, cases[i].sequence);
		bytes = format_render(&copy, &values, text, sizeof(text));
		CHECK_TEXT(text, cases[i].number, note);
		CHECK_INT((int64_t) bytes, (int64_t) strlen(cases[i].number), note);

		if (!CHECK_NOTE(parse(&copy, text, &parsed, &problem), note))
			continue;
		CHECK_NOTE(parsed.sequence == cases[i].sequence, note);
		for (k = 0; k < copy.ndimensions; k++)
			CHECK_NOTE(parsed.dimension[k].bytes == values.dimension[k].bytes &&
					   memcmp(parsed.dimension[k].text, values.dimension[k].text,
							  values.dimension[k].bytes) == 0, note);
		for (; k < SCOPE_MAX_DIMENSIONS; k++)
			CHECK_NOTE(parsed.dimension[k].bytes == 0, note);
	}
}

static void
test_refused(void)
{
	static const struct
	{
		const char *scope;
		const char *format;
		const char *message;
		const char *hint;
	}			cases[] = {
		/* text */
		{"GLOBAL", "", "format is empty", "A format is text and tokens"},
		{"GLOBAL", " {SEQ:1}", "format begins or ends with white space", "Trim"},
		{"GLOBAL", "{SEQ:1}\xC2\xA0", "format begins or ends with white space", "Trim"},
		{"GLOBAL", "a\tb{SEQ:1}", "format contains a character that is not printable", "Remove"},
		{"GLOBAL", "a\x7F{SEQ:1}", "format contains a character that is not printable", "Remove"},
		{"GLOBAL", "a\xE2\x80\x8B{SEQ:1}", "format contains a character that is not printable", ""},
		{"GLOBAL", "a\xE2\x80\xAE{SEQ:1}", "format contains a character that is not printable", ""},
		{"GLOBAL", "{SEQ:1}\xC3", "format contains a character that is not printable", ""},
		{"GLOBAL", "{SEQ:1}\xF0\x9F\x98", "format contains a character that is not printable", ""},
		/* braces */
		{"GLOBAL", "{", "format has a brace that opens a token that is not closed", "Write {{"},
		{"GLOBAL", "}", "format has a brace that closes no token", "Write {{"},
		{"GLOBAL", "{SEQ:1}}", "format has a brace that closes no token", ""},
		{"GLOBAL", "{SEQ:1", "format has a brace that opens a token that is not closed", ""},
		{"GLOBAL", "{SEQ:1}{", "format has a brace that opens a token that is not closed", ""},
		{"GLOBAL", "{SEQ:{1}}", "format has a brace that opens a token that is not closed", ""},
		{"GLOBAL", "{{{SEQ:1}", NULL, NULL},
		{"GLOBAL", "{{{SEQ:1", "format has a brace that opens a token that is not closed", ""},
		{"GLOBAL", "{{{SEQ:1}}", "format has a brace that closes no token", ""},
		/* tokens */
		{"GLOBAL", "{}", "unknown token {}", "Tokens are {TYPE}"},
		{"GLOBAL", "{ SEQ:1}", "unknown token { SEQ:1}", "Tokens are {TYPE}"},
		{"GLOBAL", "{FOO}{SEQ:1}", "unknown token {FOO}", "Tokens are {TYPE}, {SCOPE}, {YYYY}, "
			"{YY}, {MM}, {DD}, {Q}, {IYYY}, {IW}, {FY}, {FYE}, {FY:2}, {FYE:2}, {SEQ:n}, "
		"{CHECK:LUHN}, {CHECK:DAMM}, {CHECK:MOD97} and the scope's dimensions."},
		{"GLOBAL", "{seq:5}", "unknown token {seq:5}", "Did you mean {SEQ:5}? Tokens are"},
		{"GLOBAL", "{yyyy}{SEQ:1}", "unknown token {yyyy}", "Did you mean {YYYY}?"},
		{"GLOBAL", "{Type}{SEQ:1}", "unknown token {Type}", "Did you mean {TYPE}?"},
		{"GLOBAL", "{fye:2}{SEQ:1}", "unknown token {fye:2}", "Did you mean {FYE:2}?"},
		{"GLOBAL", "{Check:luhn}{SEQ:1}", "unknown token {Check:luhn}", "Did you mean {CHECK:LUHN}?"},
		{"GLOBAL", "{scope}{SEQ:1}", "unknown token {scope}", "Did you mean {SCOPE}?"},
		{"PROJECT", "{Project}-{SEQ:1}", "unknown token {Project}", "Did you mean {PROJECT}?"},
		{"PROJECT", "{project_}-{SEQ:1}", "unknown token {project_}", "Tokens are {TYPE}"},
		{"PROJECT", "{CONTRACT}-{SEQ:1}", "unknown token {CONTRACT}", "Tokens are {TYPE}"},
		{"YEARLY", "{YEARLY}-{SEQ:1}", "unknown token {YEARLY}", "Tokens are {TYPE}"},
		{"GLOBAL", "{FY:4}{SEQ:1}", "unknown token {FY:4}", "Tokens are {TYPE}"},
		{"GLOBAL", "{TYPE:2}{SEQ:1}", "unknown token {TYPE:2}", "Tokens are {TYPE}"},
		{"GLOBAL", "{SEQUENCE}", "unknown token {SEQUENCE}", "Tokens are {TYPE}"},
		{"GLOBAL", "{CHECKS:LUHN}{SEQ:1}", "unknown token {CHECKS:LUHN}", "Tokens are {TYPE}"},
		{"GLOBAL", "{@[`z~}{SEQ:1}", "unknown token {@[`z~}", "Tokens are {TYPE}"},
		{"GLOBAL", "{a2345678901234567890123456789012345678901234567890x}",
		"unknown token {a2345678901234567890123456789012345678901234567890x}", "Tokens are"},
		/* the running number */
		{"GLOBAL", "{SEQ}", "{SEQ} has no width", "such as {SEQ:5}"},
		{"GLOBAL", "{SEQ:}", "{SEQ:} has a bad width", "1 to 18"},
		{"GLOBAL", "{SEQ:0}", "{SEQ:0} has a bad width", "1 to 18"},
		{"GLOBAL", "{SEQ:05}", "{SEQ:05} has a bad width", "1 to 18"},
		{"GLOBAL", "{SEQ:19}", "{SEQ:19} has a bad width", "1 to 18"},
		{"GLOBAL", "{SEQ:100}", "{SEQ:100} has a bad width", "1 to 18"},
		{"GLOBAL", "{SEQ:99999999999999999999}", "{SEQ:99999999999999999999} has a bad width", ""},
		{"GLOBAL", "{SEQ:-1}", "{SEQ:-1} has a bad width", ""},
		{"GLOBAL", "{SEQ:+1}", "{SEQ:+1} has a bad width", ""},
		{"GLOBAL", "{SEQ: 1}", "{SEQ: 1} has a bad width", ""},
		{"GLOBAL", "{SEQ:1 }", "{SEQ:1 } has a bad width", ""},
		{"GLOBAL", "{SEQ:1:1}", "{SEQ:1:1} has a bad width", ""},
		{"GLOBAL", "{SEQ:n}", "{SEQ:n} has a bad width", ""},
		{"GLOBAL", "{SEQ:1}{SEQ:1}", "format has more than one {SEQ}", "once"},
		{"GLOBAL", "{SEQ:1}-{YYYY}{SEQ:2}", "format has more than one {SEQ}", "once"},
		{"GLOBAL", "abc", "format has no {SEQ}", "such as {SEQ:5}"},
		{"GLOBAL", "{YYYY}{CHECK:LUHN}", "format has no {SEQ}", ""},
		{"GLOBAL", "{{SEQ:1}}", "format has no {SEQ}", ""},
		/* check digits */
		{"GLOBAL", "{SEQ:1}{CHECK}", "{CHECK} names no kind of check digit", "{CHECK:LUHN}"},
		{"GLOBAL", "{SEQ:1}{CHECK:}", "{CHECK:} names no kind of check digit", "{CHECK:LUHN}"},
		{"GLOBAL", "{SEQ:1}{CHECK:luhn}", "{CHECK:luhn} names no kind of check digit", ""},
		{"GLOBAL", "{SEQ:1}{CHECK:MOD11}", "{CHECK:MOD11} names no kind of check digit", ""},
		{"GLOBAL", "{SEQ:1}{CHECK:LUHN}{CHECK:LUHN}", "format has more than one {CHECK}", "last"},
		{"GLOBAL", "{SEQ:1}{CHECK:LUHN}-{CHECK:DAMM}", "format has more than one {CHECK}", "last"},
		/* dimensions */
		{"GLOBAL", "{SCOPE}{SEQ:1}", "{SCOPE} needs a scope with exactly one dimension besides the "
		"period", "Remove {SCOPE}."},
		{"YEARLY", "{SCOPE}{SEQ:1}", "{SCOPE} needs a scope with exactly one dimension besides the "
		"period", "Remove {SCOPE}."},
		{"A, B", "{SCOPE}-{SEQ:1}", "{SCOPE} needs a scope with exactly one dimension besides the "
		"period", "Show each dimension"},
		{"PROJECT", "{PROJECT}-{PROJECT}-{SEQ:1}", "format shows dimension PROJECT twice", "Keep"},
		{"PROJECT", "{SCOPE}-{PROJECT}-{SEQ:1}", "format shows dimension PROJECT twice", "Keep"},
		{"A, B", "{A}-{B}-{A}-{SEQ:1}", "format shows dimension A twice", "Keep one {A}."},
		/* what could be read in two ways */
		{"A, B", "{A}{B}-{SEQ:1}", "format has no text directly after {A}", "Put a separator"},
		{"A, B", "{A}{YYYY}-{B}-{SEQ:1}", "format has no text directly after {A}", ""},
		{"A, B", "{A}{CHECK:LUHN}-{B}-{SEQ:1}", "format has no text directly after {A}", ""},
		{"A, B", "{SEQ:1}-{B}{A}", "format has no text directly after {B}", ""},
		{"A, B, C", "{A}-{B}{MM}-{C}-{SEQ:1}", "format has no text directly after {B}", ""},
		{"A", "{A}{SEQ:1}", "format does not separate {SEQ} from a dimension", "no digit"},
		{"A", "{SEQ:1}{A}", "format does not separate {SEQ} from a dimension", "no digit"},
		{"A", "{A}1{SEQ:1}", "format does not separate {SEQ} from a dimension", ""},
		{"A", "{A}{YYYY}{SEQ:1}", "format does not separate {SEQ} from a dimension", ""},
		{"A", "{A}{CHECK:LUHN}{SEQ:1}", "format does not separate {SEQ} from a dimension", ""},
		{"A", "{SEQ:1}{YYYY}00{A}", "format does not separate {SEQ} from a dimension", ""},
		{"A, B", "{A}-{SEQ:1}1{B}", "format does not separate {SEQ} from a dimension", ""},
		{"A, B", "{A}1{SEQ:1}-{B}", "format does not separate {SEQ} from a dimension", ""},
		/* what the scope needs */
		{"PROJECT", "{SEQ:1}", "format does not show dimension PROJECT of the scope",
		"Add {PROJECT}"},
		{"A, B", "{A}-{SEQ:1}", "format does not show dimension B of the scope", "Add {B}"},
		{"YEARLY", "{SEQ:1}", "format does not show the period YEARLY of the scope", "Add what"}
	};
	size_t		i;

	for (i = 0; i < COUNT(cases); i++)
	{
		Format		format;
		Problem		problem;
		bool		compiled = compile(&format, cases[i].format, cases[i].scope, &problem);

		CHECK_NOTE(compiled == (cases[i].message == NULL), cases[i].format);
		if (!compiled && cases[i].message != NULL)
		{
			CHECK_TEXT(problem.message, cases[i].message, cases[i].format);
			CHECK_HOLDS(problem.hint, cases[i].hint, cases[i].format);
		}
	}
}

/*
 * What each period needs, with and without a fiscal year.
 */
static void
test_period_is_shown(void)
{
	static const struct
	{
		const char *scope;
		int			start;
		const char *tokens;
		bool		shown;
	}			cases[] = {
		{"GLOBAL", 1, "", true},
		{"GLOBAL", 4, "", true},
		{"YEARLY", 1, "{YYYY}", true},
		{"YEARLY", 1, "{YY}", true},
		{"YEARLY", 1, "{FY}", true},
		{"YEARLY", 1, "{FYE}", true},
		{"YEARLY", 1, "{FY:2}", true},
		{"YEARLY", 1, "{FYE:2}", true},
		{"YEARLY", 1, "{IYYY}", false},
		{"YEARLY", 1, "{MM}{DD}{Q}{IW}", false},
		{"YEARLY", 4, "{YYYY}", false},
		{"YEARLY", 4, "{YYYY}{MM}{DD}", false},
		{"YEARLY", 4, "{YY}{IYYY}", false},
		{"YEARLY", 4, "{FY}", true},
		{"YEARLY", 4, "{FYE}", true},
		{"YEARLY", 4, "{FY:2}", true},
		{"YEARLY", 4, "{FYE:2}", true},
		{"QUARTERLY", 1, "{YYYY}", false},
		{"QUARTERLY", 1, "{Q}", false},
		{"QUARTERLY", 1, "{YYYY}{Q}", true},
		{"QUARTERLY", 1, "{YY}{MM}", true},
		{"QUARTERLY", 1, "{FY}{Q}", true},
		{"QUARTERLY", 4, "{FY}{Q}", false},
		{"QUARTERLY", 4, "{YYYY}{Q}", true},
		{"MONTHLY", 1, "{YYYY}{Q}", false},
		{"MONTHLY", 1, "{MM}", false},
		{"MONTHLY", 1, "{YY}{MM}", true},
		{"MONTHLY", 4, "{YY}{MM}", true},
		{"MONTHLY", 4, "{FY}{MM}", false},
		{"WEEKLY", 1, "{IYYY}{IW}", true},
		{"WEEKLY", 1, "{YYYY}{IW}", false},
		{"WEEKLY", 1, "{IYYY}", false},
		{"WEEKLY", 1, "{IW}", false},
		{"WEEKLY", 1, "{YYYY}{MM}{DD}", false},
		{"DAILY", 1, "{YYYY}{MM}{DD}", true},
		{"DAILY", 1, "{YY}{MM}{DD}", true},
		{"DAILY", 1, "{MM}{DD}", false},
		{"DAILY", 1, "{YYYY}{DD}", false},
		{"DAILY", 1, "{YYYY}{MM}", false},
		{"DAILY", 7, "{FYE:2}{MM}{DD}", false}
	};
	size_t		i;

	for (i = 0; i < COUNT(cases); i++)
	{
		Format		format;
		Problem		problem;
		char		source[64];
		char		note[128];
		bool		compiled;

		snprintf(source, sizeof(source), "%s-{SEQ:3}", cases[i].tokens);
		snprintf(note, sizeof(note), "%s from month %d: %s", cases[i].scope, cases[i].start,
				 source);
		compiled = compile_as(&format, source, cases[i].scope, cases[i].start, false, &problem);
		CHECK_NOTE(compiled == cases[i].shown, note);
		if (!compiled)
		{
			char		message[100];

			snprintf(message, sizeof(message), "format does not show the period %s of the scope",
					 cases[i].scope);
			CHECK_TEXT(problem.message, message, note);
			CHECK_HOLDS(problem.detail, cases[i].scope, note);
		}
		CHECK_NOTE(compile_as(&format, source, cases[i].scope, cases[i].start, true, &problem), note);
		CHECK_NOTE(format.shows_date == (cases[i].tokens[0] != '\0'), note);
	}
}

static void
test_unique_per_scope(void)
{
	Format		format;
	FormatParsed parsed;
	Problem		problem;

	CHECK(compile_as(&format, "{SEQ:3}", "A, B, DAILY", 4, true, &problem));
	CHECK(parse(&format, "007", &parsed, &problem));
	CHECK(parsed.dimension[0].bytes == 0 && parsed.dimension[1].bytes == 0);
	CHECK(compile_as(&format, "{B}-{SEQ:3}", "A, B, DAILY", 4, true, &problem));
	CHECK(parse(&format, "x-y-007", &parsed, &problem));
	CHECK(parsed.dimension[0].bytes == 0 && parsed.dimension[1].bytes == 3);
	/* what cannot be parsed back is refused all the same */
	CHECK(!compile_as(&format, "{A}{B}-{SEQ:3}", "A, B", 1, true, &problem));
	CHECK(!compile_as(&format, "{A}{SEQ:3}", "A, B", 1, true, &problem));
	CHECK(!compile_as(&format, "{SCOPE}-{SEQ:3}", "A, B", 1, true, &problem));
}

static void
test_length(void)
{
	ScopeSpec	spec;
	FormatContext context;
	Format		format;
	Problem		problem;
	static const struct
	{
		const char *scope;
		const char *format;
		int64_t		max_value;
		int			longest;
	}			cases[] = {
		{"GLOBAL", "{SEQ:5}", 9, 5},
		{"GLOBAL", "{SEQ:5}", 99999, 5},
		{"GLOBAL", "{SEQ:5}", 100000, 6},
		{"GLOBAL", "{SEQ:1}", FORMAT_VALUE_MAX, 18},
		{"GLOBAL", "{TYPE}-{SEQ:1}", 1, 5},
		{"GLOBAL", "\xE2\x82\xAC\xC3\xA9-{{{SEQ:1}", 1, 5},
		{"YEARLY", "{YYYY}{YY}{MM}{DD}{Q}{IYYY}{IW}{SEQ:1}", 1, 18},
		{"YEARLY", "{FY}{FYE}{FY:2}{FYE:2}{SEQ:1}", 1, 13},
		{"A, B", "{A}-{B}-{SEQ:1}", 1, 5},
		{"A", "{A}-{SEQ:1}{CHECK:MOD97}", 1, 5},
		{"A", "{A}-{SEQ:1}{CHECK:DAMM}", 1, 4}
	};
	size_t		i;

	for (i = 0; i < COUNT(cases); i++)
	{
		scope_parse(cases[i].scope, &spec, &problem);
		context.document_type = "COR";
		context.scope = &spec;
		context.fiscal_year_start = 1;
		context.unique_per_scope = false;
		context.max_length = cases[i].longest;
		context.max_value = cases[i].max_value;
		context.utf8 = true;
		CHECK_NOTE(format_compile(&format, cases[i].format, &context, &problem), cases[i].format);
		context.max_length--;
		CHECK_NOTE(!format_compile(&format, cases[i].format, &context, &problem), cases[i].format);
		CHECK_TEXT(problem.message, "format makes numbers that are too long", cases[i].format);
	}
	context.max_length = 100;
	context.document_type = "";
	CHECK(format_compile(&format, "{TYPE}{A}{TYPE}-{TYPE}{SEQ:1}{TYPE}", &context, &problem));
	CHECK_INT(format.npieces, 3, NULL);
	CHECK(!format_compile(&format, "{A}{TYPE}{SEQ:1}", &context, &problem));
}

/*
 * Formats as long and as full as can be: nothing overflows, neither when they
 * are compiled nor when they render.
 */
static void
test_limits(void)
{
	char		type[FORMAT_TYPE_BYTES + 2];
	char		source[FORMAT_BYTES + 8];
	char		values[SCOPE_VALUE_BYTES];
	char	   *text = malloc(FORMAT_TEXT_SIZE);
	ScopeSpec	spec;
	FormatContext context;
	Format		format;
	FormatValues number;
	FormatParsed parsed;
	Problem		problem;
	size_t		bytes;
	int			i;

	scope_parse("A, B, C, D, E, F, G, H", &spec, &problem);
	context.document_type = type;
	context.scope = &spec;
	context.fiscal_year_start = 1;
	context.unique_per_scope = true;
	context.max_length = FORMAT_TEXT_SIZE;
	context.max_value = FORMAT_VALUE_MAX;
	context.utf8 = true;
	memset(type, 'T', FORMAT_TYPE_BYTES);
	type[FORMAT_TYPE_BYTES] = '\0';

	/* most text */
	strcpy(source, "{SEQ:1}");
	for (i = 0; i < 32; i++)
		strcat(source, "{TYPE}");
	CHECK(format_compile(&format, source, &context, &problem));
	CHECK_INT(format.text_bytes, 32 * FORMAT_TYPE_BYTES, NULL);
	CHECK_INT(format.npieces, 2, NULL);
	strcat(source, "x");
	CHECK(format_compile(&format, source, &context, &problem));
	strcat(source, "x");
	CHECK(!format_compile(&format, source, &context, &problem));
	CHECK_TEXT(problem.message, "format is too long", NULL);

	/* most pieces */
	strcpy(source, "{SEQ:1}");
	for (i = 0; i < 48; i++)
		strcat(source, "-{Q}");
	CHECK(format_compile(&format, source, &context, &problem));
	CHECK(format.npieces <= FORMAT_MAX_PIECES);
	strcpy(source, "{SEQ:1}");
	for (i = 0; i < 64; i++)
		strcat(source, "{Q}");
	CHECK(format_compile(&format, source, &context, &problem));

	/* 200 characters of four bytes each */
	source[0] = '\0';
	for (i = 0; i < FORMAT_LIMIT - 7; i++)
		strcat(source, "\xF0\x9F\x98\x80");
	strcat(source, "{SEQ:1}");
	CHECK(format_compile(&format, source, &context, &problem));
	context.utf8 = false;
	CHECK(!format_compile(&format, source, &context, &problem));
	context.utf8 = true;

	/* the longest number */
	strcpy(source, "{A}x{B}x{C}x{D}x{E}x{F}x{G}x{H}-{SEQ:18}");
	for (i = 0; i < 26; i++)
		strcat(source, "{TYPE}");
	CHECK(format_compile(&format, source, &context, &problem));
	memset(values, '-', sizeof(values));
	for (i = 0; i < SCOPE_MAX_DIMENSIONS; i++)
	{
		number.dimension[i].text = values;
		number.dimension[i].bytes = sizeof(values);
	}
	period_fields(2026, 11, 24, 1, &number.date);
	number.sequence = FORMAT_VALUE_MAX;
	CHECK(format_check_values(&format, &spec, number.dimension, &problem));
	bytes = format_render(&format, &number, text, FORMAT_TEXT_SIZE);
	CHECK_INT((int64_t) bytes, 8 * SCOPE_VALUE_BYTES + 8 + 18 + 26 * FORMAT_TYPE_BYTES, NULL);
	CHECK_INT((int64_t) strlen(text), (int64_t) bytes, NULL);
	/* such values are too long for a scope, if all their characters are short */
	CHECK(!format_parse(&format, text, bytes, &parsed, &problem));
	CHECK_TEXT(problem.message, "value of A is too long", NULL);

	/* a type's name that is too long */
	strcat(type, "T");
	CHECK(!format_compile(&format, source, &context, &problem));
	CHECK_TEXT(problem.message, "name of the document type is too long", NULL);
	free(text);
}

/*
 * Long and nasty formats are refused without reading beyond their end.
 */
static void
test_hostile_formats(void)
{
	static const char *const parts[] = {"{", "}", "{{", "}}", "{}", "{SEQ:1}", "{{}", "\x01",
		"\xF0\x9F\x98", "\xE2\x80\x8B", "\x80", "a", "{A}", "{SEQ:", "{SEQ:9999999999999999999}", ":", "%s%n"
	};
	size_t		i;

	for (i = 0; i < COUNT(parts); i++)
	{
		size_t		size = 1;

		for (size = 1; size <= 10000; size = size * 3 + 1)
		{
			size_t		bytes = 0;
			char	   *source = malloc(size * strlen(parts[i]) + 1);
			Format		format;
			Problem		problem;
			size_t		k;

			for (k = 0; k < size; k++)
			{
				memcpy(source + bytes, parts[i], strlen(parts[i]));
				bytes += strlen(parts[i]);
			}
			source[bytes] = '\0';
			CHECK_NOTE(!compile(&format, source, "A", &problem), parts[i]);
			free(source);
		}
	}
}

/*
 * Random formats made of tokens, halves of tokens and bytes: each is compiled
 * or refused.  What is compiled parses random numbers safely.
 */
static void
test_random_formats(void)
{
	static const char *const parts[] = {"{", "}", "{{", "}}", "{SEQ:", "{SEQ:1}", "{SEQ", "5", "-",
		"{A}", "{B}", "{SCOPE}", "{YYYY}", "{MM", "{CHECK:", "LUHN}", "{CHECK:DAMM}", "{FY:", "2}",
		"\xC3\xA9", "\xC3", " ", "\x7F", "{a}", "{TYPE}"
	};
	int			compiled = 0;
	int			round;

	unit_seed(11);
	for (round = 0; round < 200000; round++)
	{
		char		source[256];
		Format		format;
		FormatParsed parsed;
		Problem		problem;
		int			n = (int) unit_random(9);
		int			i;

		source[0] = '\0';
		for (i = 0; i < n; i++)
			strcat(source, parts[unit_random(COUNT(parts))]);
		if (!compile_as(&format, source, unit_random(2) == 0 ? "A" : "A, B", 1, true, &problem))
		{
			CHECK_NOTE(problem.message[0] != '\0', source);
			continue;
		}
		compiled++;
		parse(&format, source, &parsed, &problem);
	}
	CHECK(compiled > 2000);
}

static void
test_numbers_refused(void)
{
	static const struct
	{
		const char *scope;
		int			start;
		const char *format;
		const char *number;
		const char *detail;
	}			cases[] = {
		/* the running number */
		{"GLOBAL", 1, "N{SEQ:3}", "", "\"N\" is expected at character 1."},
		{"GLOBAL", 1, "N{SEQ:3}", "N", "A number from 1, in at least 3 digits and without surplus "
		"zeros, is expected at character 2."},
		{"GLOBAL", 1, "N{SEQ:3}", "N01", "A number from 1"},
		{"GLOBAL", 1, "N{SEQ:3}", "N000", "A number from 1"},
		{"GLOBAL", 1, "N{SEQ:3}", "N0001", "A number from 1"},
		{"GLOBAL", 1, "N{SEQ:3}", "N0999", "A number from 1"},
		{"GLOBAL", 1, "N{SEQ:3}", "N00x", "A number from 1"},
		{"GLOBAL", 1, "N{SEQ:3}", "N001 ", "A number from 1"},
		{"GLOBAL", 1, "N{SEQ:3}", " N001", "\"N\" is expected at character 1."},
		{"GLOBAL", 1, "N{SEQ:3}", "n001", "\"N\" is expected"},
		{"GLOBAL", 1, "N{SEQ:3}", "N+01", "A number from 1"},
		{"GLOBAL", 1, "N{SEQ:3}", "N-01", "A number from 1"},
		{"GLOBAL", 1, "N{SEQ:3}", "N1000000000000000000", "A number from 1"},
		{"GLOBAL", 1, "N{SEQ:3}", "N99999999999999999999999999999999999999999", "A number from 1"},
		{"GLOBAL", 1, "N{SEQ:18}", "N000000000000000000", "A number from 1"},
		{"GLOBAL", 1, "N{SEQ:18}", "N0000000000000000001", "A number from 1"},
		{"GLOBAL", 1, "\xE2\x82\xAC{SEQ:2}x", "\xE2\x82\xAC" "1x",
		"A number from 1, in at least 2 digits and without surplus zeros, is expected at character 2."},
		{"GLOBAL", 1, "\xE2\x82\xAC{SEQ:2}x", "\xE2\x82\xAC" "12y", "\"x\" is expected at character 4."},
		{"GLOBAL", 1, "\xE2\x82\xAC{SEQ:2}x", "\xE2\x82", "\"\xE2\x82\xAC\" is expected at character 1."},
		{"GLOBAL", 1, "{SEQ:2}{YYYY}", "12026", "A number from 1"},
		{"GLOBAL", 1, "{SEQ:2}{YYYY}", "2026", "A number from 1"},
		{"GLOBAL", 1, "{SEQ:2}{YYYY}", "26", "A number from 1"},
		/* dates */
		{"YEARLY", 1, "{YYYY}-{SEQ:1}", "0000-1", "{YYYY} is expected at character 1: 0001 to 9999."},
		{"YEARLY", 1, "{YYYY}-{SEQ:1}", "202x-1", "{YYYY} is expected"},
		{"YEARLY", 1, "{YYYY}-{SEQ:1}", "202", "{YYYY} is expected"},
		{"YEARLY", 1, "{YYYY}-{SEQ:1}", "20261", "\"-\" is expected at character 5."},
		{"MONTHLY", 1, "{YYYY}{MM}-{SEQ:1}", "202600-1", "{MM} is expected at character 5: 01 to 12."},
		{"MONTHLY", 1, "{YYYY}{MM}-{SEQ:1}", "202613-1", "{MM} is expected"},
		{"MONTHLY", 1, "{YYYY}{MM}-{SEQ:1}", "2026-1-1", "{MM} is expected"},
		{"DAILY", 1, "{YYYY}{MM}{DD}-{SEQ:1}", "20260100-1", "{DD} is expected at character 7: 01 to 31."},
		{"DAILY", 1, "{YYYY}{MM}{DD}-{SEQ:1}", "20260132-1", "{DD} is expected"},
		{"DAILY", 1, "{YYYY}{MM}{DD}-{SEQ:1}", "20260431-1", "The parts of its date do not belong"},
		{"DAILY", 1, "{YYYY}{MM}{DD}-{SEQ:1}", "20260229-1", "The parts of its date do not belong"},
		{"DAILY", 1, "{YY}{MM}{DD}-{SEQ:1}", "260229-1", "The parts of its date do not belong"},
		{"GLOBAL", 1, "{MM}{DD}-{SEQ:1}", "0230-1", "The parts of its date do not belong"},
		{"GLOBAL", 1, "{Q}-{SEQ:1}", "0-1", "{Q} is expected at character 1: 1 to 4."},
		{"GLOBAL", 1, "{Q}-{SEQ:1}", "5-1", "{Q} is expected"},
		{"GLOBAL", 1, "{Q}{MM}-{SEQ:1}", "407-1", "The parts of its date do not belong"},
		{"GLOBAL", 1, "{IW}-{SEQ:1}", "00-1", "{IW} is expected at character 1: 01 to 53."},
		{"GLOBAL", 1, "{IW}-{SEQ:1}", "54-1", "{IW} is expected"},
		{"GLOBAL", 1, "{IW}{MM}-{SEQ:1}", "0112-1", NULL},
		{"GLOBAL", 1, "{IW}{MM}-{SEQ:1}", "0212-1", "The parts of its date do not belong"},
		{"WEEKLY", 1, "{IYYY}{IW}-{SEQ:1}", "000001-1", "{IYYY} is expected"},
		{"WEEKLY", 1, "{IYYY}{IW}-{SEQ:1}", "202753-1", "The parts of its date do not belong"},
		{"YEARLY", 1, "{YYYY}{YY}-{SEQ:1}", "202627-1", "The parts of its date do not belong"},
		{"YEARLY", 1, "{YYYY}{FY}-{SEQ:1}", "20262025-1", "The parts of its date do not belong"},
		{"YEARLY", 4, "{FY}{FYE}-{SEQ:1}", "20262026-1", "The parts of its date do not belong"},
		{"YEARLY", 4, "{FY}{FYE:2}-{SEQ:1}", "202626-1", "The parts of its date do not belong"},
		{"YEARLY", 4, "{FY:2}{MM}{YYYY}-{SEQ:1}", "25032025-1", "The parts of its date do not belong"},
		{"YEARLY", 1, "{FY}-{SEQ:1}", "0000-1", "The parts of its date do not belong"},
		{"YEARLY", 1, "{FYE}-{SEQ:1}", "0000-1", "The parts of its date do not belong"},
		{"YEARLY", 1, "{YYYY}/{YYYY}-{SEQ:1}", "2026/2025-1",
		"{YYYY} is expected at character 6: 2026 again."},
		/* check digits */
		{"GLOBAL", 1, "{SEQ:3}{CHECK:DAMM}", "5723", "Check digit 4 (DAMM) is expected at character 4."},
		{"GLOBAL", 1, "{SEQ:3}{CHECK:DAMM}", "572", "A number from 1"},
		{"GLOBAL", 1, "{SEQ:3}-{CHECK:MOD97}", "794-45",
		"Check digit 44 (MOD97) is expected at character 5."},
		{"A", 1, "{CHECK:LUHN}{A}-{SEQ:1}", "", "Check digit 0 (LUHN) is expected at character 1."},
		{"A", 1, "{A}{CHECK:LUHN}-{SEQ:3}", "P17-042", "Check digit 8 (LUHN) is expected at character 3."},
		/* dimensions */
		{"A", 1, "{A}-{SEQ:3}", "-001", "A value of A, and what the format has after it, are expected "
		"at character 1."},
		{"A", 1, "{A}-{SEQ:3}", "", "A value of A"},
		{"A", 1, "{A}-{SEQ:3}", "001", "A value of A"},
		{"A", 1, "{A}-{SEQ:3}", "a-01", "A number from 1"},
		{"A", 1, "{A}-{SEQ:3}", "a-", "A number from 1"},
		{"A", 1, "{A}-{SEQ:3}", "ab001", "\"-\" is expected at character 2."},
		{"A", 1, "{A}-12{SEQ:3}", "ab-1", "A value of A"},
		{"A", 1, "{A}-12{SEQ:3}", "abcdefgh", "A value of A"},
		{"A", 1, "{A}-12{SEQ:3}{YYYY}", "abcdefghijklmnop", "A value of A"},
		{"A", 1, "{A}-12{SEQ:3}{YYYY}", "a-11123202", "\"-12\" is expected at character 2."},
		{"A", 1, "{SEQ:3}-{A}", "001-", "A value of A"},
		{"A", 1, "{SEQ:3}{YYYY}1-{A}", "001202-a", "A number from 1"},
		{"A", 1, "{SEQ:3}{YYYY}1-{A}", "0012026-a", "A number from 1"},
		{"A", 1, "{SEQ:3}{YYYY}1-{A}", "00120262-a", "\"1-\" is expected at character 8."},
		{"A, B", 1, "{A}-{B}-{SEQ:3}", "a-001", "A value of B"},
		{"A, B", 1, "{A}-{B}-{SEQ:3}", "ab", "A value of A"},
		{"A, B", 1, "{A}--{B}-{SEQ:3}", "a-b-001", "A value of A"},
		{"A, B", 1, "{A}-{SEQ:3}-{B}", "a-b-c", "A number from 1"},
		{"A, B", 1, "{A}-{SEQ:3}-{B}x", "a-001-by", "\"x\" is expected at character 8."}
	};
	size_t		i;

	for (i = 0; i < COUNT(cases); i++)
	{
		char		note[300];
		Format		format;
		FormatParsed parsed;
		Problem		problem;
		bool		accepted;

		snprintf(note, sizeof(note), "%s as %s", cases[i].number, cases[i].format);
		if (!CHECK_NOTE(compile_as(&format, cases[i].format, cases[i].scope, cases[i].start, false,
								   &problem), note))
			continue;
		accepted = parse(&format, cases[i].number, &parsed, &problem);
		CHECK_NOTE(accepted == (cases[i].detail == NULL), note);
		if (!accepted && cases[i].detail != NULL)
		{
			CHECK_TEXT(problem.message, "document number does not match the format", note);
			CHECK_HOLDS(problem.detail, cases[i].detail, note);
		}
	}
}

/*
 * A number that somebody else wrote may be padded otherwise; all else is as
 * strict as ever.
 */
static void
test_any_padding(void)
{
	static const struct
	{
		const char *source;
		const char *scope;
		const char *text;
		int64_t		sequence;	/* -1: refused */
		bool		otherwise;
	}			cases[] = {
		{"A-{SEQ:4}", "GLOBAL", "A-0007", 7, false},
		{"A-{SEQ:4}", "GLOBAL", "A-7", 7, true},
		{"A-{SEQ:4}", "GLOBAL", "A-007", 7, true},
		{"A-{SEQ:4}", "GLOBAL", "A-00007", 7, true},
		{"A-{SEQ:4}", "GLOBAL", "A-12345", 12345, false},
		{"A-{SEQ:4}", "GLOBAL", "A-012345", 12345, true},
		{"A-{SEQ:4}", "GLOBAL", "A-0000000000000000000000007", 7, true},
		{"A-{SEQ:4}", "GLOBAL", "A-0999999999999999999", INT64_C(999999999999999999), true},
		{"A-{SEQ:4}", "GLOBAL", "A-1000000000000000000", -1, false},
		{"A-{SEQ:4}", "GLOBAL", "A-0000", 0, false},
		{"A-{SEQ:4}", "GLOBAL", "A-", -1, false},
		{"A-{SEQ:4}", "GLOBAL", "a-0007", -1, false},
		{"A-{SEQ:4}", "GLOBAL", "A-7 ", -1, false},
		{"A-{SEQ:4}", "GLOBAL", "A-+7", -1, false},
		{"{YYYY}{SEQ:4}", "YEARLY", "202412", 12, true},
		{"{YYYY}{SEQ:4}", "YEARLY", "20240", 0, true},
		{"{YYYY}-{MM}-{SEQ:2}", "MONTHLY", "2024-3-01", -1, false},
		{"{SEQ:3}/{YYYY}", "YEARLY", "7/2024", 7, true},
		{"{SEQ:3}05{MM}", "GLOBAL", "70512", 7, true},
		{"{A}-{SEQ:3}", "A", "x-y-1", 1, true},
		{"{SEQ:3}-{A}", "A", "1-x-y", 1, true},
		{"A-{SEQ:4}{CHECK:LUHN}", "GLOBAL", "A-79", -1, false},
		{"A-{SEQ:4}{CHECK:LUHN}", "GLOBAL", "A-75", 7, true},
		{"A-{SEQ:4}{CHECK:LUHN}", "GLOBAL", "A-00075", 7, false}
	};
	size_t		i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
	{
		Format		format;
		FormatParsed parsed;
		Problem		problem;
		size_t		bytes = strlen(cases[i].text);
		char	   *copy = unit_exact_copy(cases[i].text, bytes);
		bool		fits;

		if (CHECK_NOTE(compile(&format, cases[i].source, cases[i].scope, &problem), problem.message))
		{
			fits = format_parse_any_padding(&format, copy, bytes, &parsed, &problem);
			if (CHECK_NOTE(fits == (cases[i].sequence >= 0), cases[i].text) && fits)
			{
				CHECK_INT(parsed.sequence, cases[i].sequence, cases[i].text);
				CHECK_NOTE(parsed.padded_otherwise == cases[i].otherwise, cases[i].text);
				CHECK_NOTE(format_parse(&format, copy, bytes, &parsed, &problem) ==
						   (!cases[i].otherwise && cases[i].sequence > 0), cases[i].text);
			}
		}
		free(copy);
	}
}

/*
 * A date fits if it shows all that the number shows of one.
 */
static void
test_date_fits(void)
{
	Format		format;
	FormatParsed parsed;
	Problem		problem;
	PeriodFields fields;

	CHECK(compile(&format, "{YY}-{MM}-{SEQ:1}", "GLOBAL", &problem));
	CHECK(parse(&format, "24-03-7", &parsed, &problem));
	period_fields(2024, 3, 31, 1, &fields);
	CHECK(format_date_fits(&parsed, &fields));
	period_fields(1924, 3, 1, 1, &fields);
	CHECK(format_date_fits(&parsed, &fields));
	period_fields(2024, 4, 1, 1, &fields);
	CHECK(!format_date_fits(&parsed, &fields));
	period_fields(2024, 2, 1, 1, &fields);
	CHECK(!format_date_fits(&parsed, &fields));
	period_fields(2025, 3, 1, 1, &fields);
	CHECK(!format_date_fits(&parsed, &fields));
	CHECK(format_shows_period(&format, PERIOD_MONTHLY));
	CHECK(!format_shows_period(&format, PERIOD_DAILY));
}

/*
 * A value that no scope may have is no value in a number either.
 */
static void
test_unsound_values(void)
{
	static const struct
	{
		const char *number;
		const char *message;
	}			cases[] = {
		{" a-1", "value of A begins or ends with white space"},
		{"a -1", "value of A begins or ends with white space"},
		{"a\tb-1", "value of A contains a character that is not printable"},
		{"\xC3-1", "value of A contains a character that is not printable"},
		{"123456789012345678901234567890123456789012345678901-1", "value of A is too long"}
	};
	Format		format;
	FormatParsed parsed;
	Problem		problem;
	size_t		i;

	CHECK(compile(&format, "{A}-{SEQ:1}", "A", &problem));
	for (i = 0; i < COUNT(cases); i++)
	{
		CHECK_NOTE(!parse(&format, cases[i].number, &parsed, &problem), cases[i].number);
		CHECK_TEXT(problem.message, cases[i].message, cases[i].number);
	}
}

/*
 * Every beginning of a number is refused, without reading beyond it.
 */
static void
test_cut_numbers(void)
{
	static const struct
	{
		const char *scope;
		const char *format;
		const char *number;
	}			cases[] = {
		{"A, B, DAILY", "N\xC2\xB0{A}/{YYYY}{MM}{DD}-{SEQ:4}-{B}.{CHECK:MOD97}",
		"N\xC2\xB0" "P1/20261124-0042-STR.09"},
		{"A", "{SEQ:4}-\xE2\x82\xAC{A}\xE2\x82\xAC", "0042-\xE2\x82\xAC" "x\xE2\x82\xAC"}
	};
	size_t		i;

	for (i = 0; i < COUNT(cases); i++)
	{
		Format		format;
		FormatParsed parsed;
		Problem		problem;
		size_t		bytes;

		CHECK_NOTE(compile(&format, cases[i].format, cases[i].scope, &problem), cases[i].format);
		CHECK_NOTE(parse(&format, cases[i].number, &parsed, &problem), problem.detail);
		for (bytes = 0; bytes < strlen(cases[i].number); bytes++)
		{
			char	   *copy = unit_exact_copy(cases[i].number, bytes);

			CHECK_NOTE(!format_parse(&format, copy, bytes, &parsed, &problem), cases[i].number);
			free(copy);
		}
	}
}

static void
test_parsed_date(void)
{
	Format		format;
	FormatParsed parsed;
	Problem		problem;

	CHECK(compile_as(&format, "{YYYY}{MM}{DD}{Q}{IYYY}{IW}{FY}{FYE}{SEQ:1}", "GLOBAL", 4, false,
					 &problem));
	CHECK(parse(&format, "2026112442026482026" "20277", &parsed, &problem));
	CHECK(parsed.has_year && parsed.has_iso_year && parsed.has_fiscal_year &&
		  parsed.has_fiscal_year_end);
	CHECK(!parsed.year_two_digits && !parsed.fiscal_two_digits && !parsed.fiscal_end_two_digits);
	CHECK_INT(parsed.year, 2026, NULL);
	CHECK_INT(parsed.month, 11, NULL);
	CHECK_INT(parsed.day, 24, NULL);
	CHECK_INT(parsed.quarter, 4, NULL);
	CHECK_INT(parsed.iso_year, 2026, NULL);
	CHECK_INT(parsed.iso_week, 48, NULL);
	CHECK_INT(parsed.fiscal_year, 2026, NULL);
	CHECK_INT(parsed.fiscal_year_end, 2027, NULL);
	CHECK_INT(parsed.sequence, 7, NULL);

	CHECK(compile_as(&format, "{YY}{FY:2}{FYE:2}{SEQ:1}", "GLOBAL", 4, false, &problem));
	CHECK(parse(&format, "0099007", &parsed, &problem));
	CHECK(parsed.has_year && parsed.has_fiscal_year && parsed.has_fiscal_year_end);
	CHECK(parsed.year_two_digits && parsed.fiscal_two_digits && parsed.fiscal_end_two_digits);
	CHECK_INT(parsed.year, 0, NULL);
	CHECK_INT(parsed.fiscal_year, 99, NULL);
	CHECK_INT(parsed.fiscal_year_end, 0, NULL);

	CHECK(compile(&format, "{YY}{YYYY}{SEQ:1}", "GLOBAL", &problem));
	CHECK(parse(&format, "2620267", &parsed, &problem));
	CHECK_INT(parsed.year, 2026, NULL);
	CHECK(parsed.has_year && !parsed.year_two_digits);

	CHECK(compile(&format, "{SEQ:1}", "GLOBAL", &problem));
	CHECK(parse(&format, "7", &parsed, &problem));
	CHECK(!parsed.has_year && !parsed.has_iso_year && !parsed.has_fiscal_year &&
		  !parsed.has_fiscal_year_end);
	CHECK(parsed.year == 0 && parsed.month == 0 && parsed.day == 0 && parsed.quarter == 0 &&
		  parsed.iso_year == 0 && parsed.iso_week == 0);
}

/*
 * The date that a number can be of: as early as can be, and of the nearest
 * century where that is not shown.
 */
static void
test_find_date(void)
{
	static const struct
	{
		const char *format;
		int			start;
		const char *number;
		int			near_year;
		FormatDate	date;
	}			cases[] = {
		{"{YYYY}{MM}{DD}-{SEQ:1}", 1, "20240229-1", 2026, {2024, 2, 29}},
		{"{YYYY}-{SEQ:1}", 1, "1950-1", 2026, {1950, 1, 1}},
		{"{YYYY}{Q}-{SEQ:1}", 1, "20253-1", 2026, {2025, 7, 1}},
		{"{YY}-{SEQ:1}", 1, "26-1", 2026, {2026, 1, 1}},
		{"{YY}-{SEQ:1}", 1, "99-1", 2026, {1999, 1, 1}},
		{"{YY}-{SEQ:1}", 1, "75-1", 2026, {2075, 1, 1}},
		{"{YY}-{SEQ:1}", 1, "77-1", 2026, {1977, 1, 1}},
		{"{YY}-{SEQ:1}", 1, "00-1", 1980, {2000, 1, 1}},
		{"{YY}-{SEQ:1}", 1, "00-1", 60, {100, 1, 1}},
		{"{YY}-{SEQ:1}", 1, "00-1", 30, {100, 1, 1}},
		{"{YY}-{SEQ:1}", 1, "49-1", 9999, {9949, 1, 1}},
		{"{YY}-{SEQ:1}", 1, "01-1", 9999, {9901, 1, 1}},
		/* 1900 and 2100 had no such day, so it is of the next nearest century */
		{"{YY}{MM}{DD}-{SEQ:1}", 1, "000229-1", 2110, {2000, 2, 29}},
		{"{YY}{MM}{DD}-{SEQ:1}", 1, "000229-1", 1890, {2000, 2, 29}},
		{"{YY}{IW}{MM}-{SEQ:1}", 1, "005301-1", 2026, {2100, 1, 1}},
		{"{FY:2}-{SEQ:1}", 4, "99-1", 2026, {1999, 4, 1}},
		{"{FY:2}{MM}-{SEQ:1}", 4, "2502-1", 2026, {2026, 2, 1}},
		{"{FYE:2}{MM}-{SEQ:1}", 4, "2412-1", 2026, {2023, 12, 1}},
		{"{FYE}-{SEQ:1}", 4, "0000-1", 2026, {9999, 4, 1}},
		{"{FY}-{SEQ:1}", 4, "0000-1", 2026, {1, 1, 1}},
		{"{IYYY}{IW}-{SEQ:1}", 1, "202601-1", 2026, {2025, 12, 29}},
		{"{IYYY}{IW}-{SEQ:1}", 1, "202653-1", 2026, {2026, 12, 28}},
		{"{MM}{DD}-{SEQ:1}", 1, "0229-1", 2026, {2000, 2, 29}}
	};
	Format		format;
	FormatParsed parsed;
	FormatDate	date;
	Problem		problem;
	size_t		i;

	for (i = 0; i < COUNT(cases); i++)
	{
		const char *note = cases[i].number;

		if (!CHECK_NOTE(compile_as(&format, cases[i].format, "GLOBAL", cases[i].start, false,
								   &problem), cases[i].format) ||
			!CHECK_NOTE(parse(&format, cases[i].number, &parsed, &problem), note) ||
			!CHECK_NOTE(format_find_date(&format, &parsed, cases[i].near_year, &date), note))
			continue;
		CHECK_INT(date.year, cases[i].date.year, note);
		CHECK_INT(date.month, cases[i].date.month, note);
		CHECK_INT(date.day, cases[i].date.day, note);
	}
	CHECK(compile(&format, "{SEQ:1}", "GLOBAL", &problem));
	CHECK(parse(&format, "7", &parsed, &problem));
	CHECK(!format_find_date(&format, &parsed, 2026, &date));
}

/*
 * The first and the last fiscal year reach beyond the years of dates.
 */
static void
test_outermost_fiscal_years(void)
{
	Format		format;
	FormatValues values;
	FormatParsed parsed;
	Problem		problem;
	char		text[FORMAT_TEXT_SIZE];

	CHECK(compile_as(&format, "{FY}/{FYE}-{SEQ:1}", "YEARLY", 2, false, &problem));
	values.sequence = 1;
	period_fields(9999, 12, 31, 2, &values.date);
	format_render(&format, &values, text, sizeof(text));
	CHECK_TEXT(text, "9999/0000-1", NULL);
	CHECK(parse(&format, text, &parsed, &problem));
	CHECK_INT(parsed.fiscal_year, 9999, NULL);
	CHECK_INT(parsed.fiscal_year_end, 10000, NULL);

	period_fields(1, 1, 1, 2, &values.date);
	format_render(&format, &values, text, sizeof(text));
	CHECK_TEXT(text, "0000/0001-1", NULL);
	CHECK(parse(&format, text, &parsed, &problem));
	CHECK(parsed.has_fiscal_year);
	CHECK_INT(parsed.fiscal_year, 0, NULL);
	CHECK_INT(parsed.fiscal_year_end, 1, NULL);
	CHECK(!parse(&format, "0000/0000-1", &parsed, &problem));

	CHECK(compile_as(&format, "{FYE}-{SEQ:1}", "YEARLY", 2, false, &problem));
	CHECK(parse(&format, "0000-1", &parsed, &problem));
	CHECK_INT(parsed.fiscal_year_end, 10000, NULL);
}

static void
test_values(void)
{
	static const struct
	{
		const char *format;
		const char *a;
		const char *b;
		const char *refused;	/* name of the dimension, or NULL */
	}			cases[] = {
		{"{A}-{B}-{SEQ:1}", "x", "y", NULL},
		{"{A}-{B}-{SEQ:1}", "x-y", "y", "A"},
		{"{A}-{B}-{SEQ:1}", "x-", "y", "A"},
		{"{A}-{B}-{SEQ:1}", "-x", "y", "A"},
		{"{A}-{B}-{SEQ:1}", "x", "y-1", NULL},
		{"{B}-{A}-{SEQ:1}", "x-1", "y", NULL},
		{"{B}-{A}-{SEQ:1}", "x-1", "y-", "B"},
		{"{A}--{B}-{SEQ:1}", "x-y", "y", NULL},
		{"{A}--{B}-{SEQ:1}", "x--y", "y", "A"},
		{"{A}--{B}-{SEQ:1}", "x-", "y", "A"},
		{"{A}-x-{B}-{SEQ:1}", "a-x", "y", "A"},
		{"{A}-x-{B}-{SEQ:1}", "a-", "y", NULL},
		{"{A}-x-{B}-{SEQ:1}", "-x", "y", "A"},
		{"{A}abab{B}-{SEQ:1}", "xab", "y", "A"},
		{"{A}abab{B}-{SEQ:1}", "xaba", "y", NULL},
		{"{A}/{SEQ:1}-{B}", "x-1", "y/1-z", NULL},
		{"{A}/{SEQ:1}-{B}", "x/1-z", "y", "A"},
		{"{A}{TYPE}{B}-{SEQ:1}", "xCORy", "y", "A"},
		{"{A}{TYPE}{B}-{SEQ:1}", "xCO", "Ry", NULL},
		{"{A}-{SEQ:1}", "a-1-2-", NULL, NULL},
		{"{SEQ:1}-{B}", NULL, "a-1-2-", NULL},
		{"{SEQ:1}", NULL, NULL, NULL}
	};
	size_t		i;

	for (i = 0; i < COUNT(cases); i++)
	{
		const char *note = cases[i].format;
		const char *shown[2];
		ScopeSpec	spec;
		ScopeValue	values[SCOPE_MAX_DIMENSIONS];
		Format		format;
		Problem		problem;
		bool		accepted;
		int			k;

		shown[0] = cases[i].a != NULL ? cases[i].a : "hidden";
		shown[1] = cases[i].b != NULL ? cases[i].b : "hidden";
		for (k = 0; k < 2; k++)
		{
			values[k].bytes = strlen(shown[k]);
			values[k].text = unit_exact_copy(shown[k], values[k].bytes);
		}
		scope_parse("A, B", &spec, &problem);
		CHECK_NOTE(compile_as(&format, cases[i].format, "A, B", 1, true, &problem), note);
		accepted = format_check_values(&format, &spec, values, &problem);
		CHECK_NOTE(accepted == (cases[i].refused == NULL), note);
		if (!accepted && cases[i].refused != NULL)
		{
			char		message[100];

			snprintf(message, sizeof(message), "value of %s holds the text that ends it in the "
					 "number", cases[i].refused);
			CHECK_TEXT(problem.message, message, note);
			CHECK(problem.detail[0] != '\0' && problem.hint[0] != '\0');
		}
		for (k = 0; k < 2; k++)
			free((char *) values[k].text);
	}
}

/*
 * A number that does not fit its buffer is cut, whatever the size.
 */
static void
test_render_cut(void)
{
	static const char whole[] = "P1-COR-20260042.9";
	Format		format;
	FormatValues values;
	Problem		problem;
	size_t		size;

	CHECK(compile(&format, "{A}-{TYPE}-{YYYY}{SEQ:4}.{CHECK:LUHN}", "A, YEARLY", &problem));
	set_values(&values, 1, 42);
	for (size = 1; size <= sizeof(whole); size++)
	{
		char	   *text = malloc(size);

		CHECK_INT((int64_t) format_render(&format, &values, text, size), (int64_t) size - 1, NULL);
		CHECK(text[size - 1] == '\0');
		if (size < sizeof(whole) - 1)
			CHECK_NOTE(memcmp(text, whole, size - 1) == 0, text);
		free(text);
	}

	/* a value beyond the largest loses its first digits, nothing more */
	CHECK(compile(&format, "{SEQ:1}", "GLOBAL", &problem));
	values.sequence = INT64_MAX;
	{
		char		text[FORMAT_TEXT_SIZE];

		format_render(&format, &values, text, sizeof(text));
		CHECK_TEXT(text, "223372036854775807", NULL);
	}
}

static void
test_single_byte(void)
{
	ScopeSpec	spec;
	FormatContext context;
	Format		format;
	FormatParsed parsed;
	Problem		problem;

	scope_parse("A", &spec, &problem);
	context.document_type = "R\xC9";
	context.scope = &spec;
	context.fiscal_year_start = 1;
	context.unique_per_scope = false;
	context.max_length = 8;
	context.max_value = 999;
	context.utf8 = false;
	CHECK(format_compile(&format, "{TYPE}\xA7{A}-{SEQ:3}", &context, &problem));
	CHECK(parse(&format, "R\xC9\xA7\xE4-042", &parsed, &problem));
	CHECK_INT(parsed.sequence, 42, NULL);
	CHECK(!parse(&format, "R\xC9\xA7\x07-042", &parsed, &problem));
	CHECK(!parse(&format, "R\xC9\xA7\xE4-4x2", &parsed, &problem));
	context.max_length = 7;
	CHECK(!format_compile(&format, "{TYPE}\xA7{A}-{SEQ:3}", &context, &problem));
}

const UnitTest format_tests[] = {
	{"format: rendered and parsed", test_render_and_parse},
	{"format: refused at compiling", test_refused},
	{"format: what each period needs", test_period_is_shown},
	{"format: a scope that need not be shown", test_unique_per_scope},
	{"format: the longest number", test_length},
	{"format: limits", test_limits},
	{"format: hostile formats", test_hostile_formats},
	{"format: random formats", test_random_formats},
	{"format: numbers refused", test_numbers_refused},
	{"format: any padding", test_any_padding},
	{"format: a date fits", test_date_fits},
	{"format: values that no scope may have", test_unsound_values},
	{"format: numbers cut anywhere", test_cut_numbers},
	{"format: the date of a parsed number", test_parsed_date},
	{"format: the date that a number can be of", test_find_date},
	{"format: the outermost fiscal years", test_outermost_fiscal_years},
	{"format: values that hold their terminator", test_values},
	{"format: a number cut to its buffer", test_render_cut},
	{"format: single-byte encodings", test_single_byte},
	{NULL, NULL}
};
