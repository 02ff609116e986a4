/*
 * Unit tests of format_*.c: properties, over many random formats.
 *
 * Rendering and parsing are inverses; no two tuples of values make one
 * number; a number is accepted if and only if a date could have made it.
 */
#include "format.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "unit.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const char *const scopes[] = {
	"GLOBAL", "A", "A, YEARLY", "A, B", "A, B, MONTHLY", "A, B, C", "DAILY", "WEEKLY, A", "YEARLY",
	"QUARTERLY, A, B, C, D", "A, B, C, DAILY"
};

static const int fiscal_year_starts[] = {1, 1, 1, 2, 4, 7, 10, 12};

static const char *const literals[] = {
	"-", "-", "-", "/", "--", "-/", "1", "0", "1-", "-1", "01", "a", "ab", "aba", "x1x", ".",
	"\xC3\xA9", "{{", "}}", " ", "{TYPE}", "-{TYPE}"
};

static const char *const date_names[] = {
	"YYYY", "YY", "MM", "DD", "Q", "IYYY", "IW", "FY", "FYE", "FY:2", "FYE:2"
};

static const char *const checks[] = {"{CHECK:LUHN}", "{CHECK:DAMM}", "{CHECK:MOD97}"};

/* A random format that was compiled. */
typedef struct Sample
{
	char		source[1024];
	ScopeSpec	scope;
	FormatContext context;
	Format		format;
} Sample;

/*
 * Writes a random format: the parts that the scope calls for in any order,
 * some literals, dates and a check digit anywhere.
 */
static void
write_source(Sample *sample)
{
	const char *parts[24];
	char		tokens[24][80];
	int			nparts = 0;
	int			separators = (int) unit_random(4);	/* of 3 places, how many */
	int			i;

	for (i = 0; i < sample->scope.ndimensions; i++)
		snprintf(tokens[nparts++], sizeof(tokens[0]), "{%.50s}", sample->scope.name[i]);
	snprintf(tokens[nparts++], sizeof(tokens[0]), "{SEQ:%d}", 1 + (int) unit_random(4));
	for (i = (int) unit_random(4); i > 0; i--)
		snprintf(tokens[nparts++], sizeof(tokens[0]), "{%s}", date_names[unit_random(COUNT(date_names))]);
	if (unit_random(3) == 0)
		snprintf(tokens[nparts++], sizeof(tokens[0]), "%s", checks[unit_random(COUNT(checks))]);
	for (i = (int) unit_random(3); i > 0; i--)
		snprintf(tokens[nparts++], sizeof(tokens[0]), "%s", literals[unit_random(COUNT(literals))]);

	for (i = 0; i < nparts; i++)
		parts[i] = tokens[i];
	for (i = nparts - 1; i > 0; i--)
	{
		int			other = (int) unit_random((uint32_t) i + 1);
		const char *part = parts[i];

		parts[i] = parts[other];
		parts[other] = part;
	}

	sample->source[0] = '\0';
	for (i = 0; i < nparts; i++)
	{
		strcat(sample->source, parts[i]);
		if (i < nparts - 1 && (int) unit_random(3) < separators)
			strcat(sample->source, literals[unit_random(COUNT(literals))]);
	}
}

/*
 * Makes a random format until one compiles.
 */
static void
make_sample(Sample *sample)
{
	Problem		problem;

	do
	{
		scope_parse(scopes[unit_random(COUNT(scopes))], &sample->scope, &problem);
		sample->context.document_type = unit_random(2) == 0 ? "T" : "a-1";
		sample->context.scope = &sample->scope;
		sample->context.fiscal_year_start = fiscal_year_starts[unit_random(COUNT(fiscal_year_starts))];
		sample->context.unique_per_scope = unit_random(4) > 0;
		sample->context.max_length = 100;
		sample->context.max_value = FORMAT_VALUE_MAX;
		sample->context.utf8 = true;
		write_source(sample);
	} while (!format_compile(&sample->format, sample->source, &sample->context, &problem));
}

/*
 * Random values: short ones over the characters of the literals, so that
 * they collide with them; now and then longer ones.
 */
static void
make_values(const Sample *sample, FormatValues *values, char buffers[][64])
{
	static const char *const characters[] = {"-", "-", "1", "0", "a", "b", "x", "/", ".", "T", "{",
		"\xC3\xA9", "\xE2\x82\xAC", "P1", " y"
	};
	int			i;

	for (i = 0; i < sample->scope.ndimensions; i++)
	{
		size_t		n = 1 + unit_random(unit_random(10) == 0 ? 20 : 3);

		buffers[i][0] = '\0';
		while (n-- > 0)
			strcat(buffers[i], characters[unit_random(unit_random(2) == 0 ? 5 : COUNT(characters))]);
		values->dimension[i].text = buffers[i];
		values->dimension[i].bytes = strlen(buffers[i]);
	}
	do
		period_fields(1 + (int) unit_random(9999), 1 + (int) unit_random(12),
					  1 + (int) unit_random(31), sample->context.fiscal_year_start, &values->date);
	while (!period_date_is_valid(values->date.year, values->date.month, values->date.day));
	values->sequence = 0;
	for (i = 1 + (int) unit_random(unit_random(4) == 0 ? 18 : 5); i > 0; i--)
		values->sequence = values->sequence * 10 + unit_random(10);
	if (values->sequence == 0)
		values->sequence = 1;
}

/*
 * May the format be given these values?
 */
static bool
values_are_allowed(const Sample *sample, const FormatValues *values)
{
	Problem		problem;
	int			i;

	for (i = 0; i < sample->scope.ndimensions; i++)
	{
		if (!scope_value_check(sample->scope.name[i], &values->dimension[i], true, &problem))
			return false;
	}
	return format_check_values(&sample->format, &sample->scope, values->dimension, &problem);
}

/*
 * Is a year, parsed or not, that of the values?
 */
static bool
year_agrees(bool shown, bool two_digits, int parsed, int year)
{
	return !shown || parsed == (two_digits ? year % 100 : year);
}

/*
 * Does what was parsed say nothing but the values?
 */
static bool
parsed_agrees(const Sample *sample, const FormatParsed *parsed, const FormatValues *values)
{
	const PeriodFields *date = &values->date;
	int			i;

	for (i = 0; i < sample->scope.ndimensions; i++)
	{
		const ScopeValue *part = &parsed->dimension[i];
		char		token[80];

		snprintf(token, sizeof(token), "{%.50s}", sample->scope.name[i]);
		if ((part->bytes > 0) != (strstr(sample->source, token) != NULL))
			return false;
		if (part->bytes > 0 &&
			(part->bytes != values->dimension[i].bytes ||
			 memcmp(part->text, values->dimension[i].text, part->bytes) != 0))
			return false;
	}
	return parsed->sequence == values->sequence &&
		year_agrees(parsed->has_year, parsed->year_two_digits, parsed->year, date->year) &&
		year_agrees(parsed->has_iso_year, false, parsed->iso_year, date->iso_year) &&
		year_agrees(parsed->has_fiscal_year, parsed->fiscal_two_digits, parsed->fiscal_year,
					date->fiscal_year) &&
		year_agrees(parsed->has_fiscal_year_end, parsed->fiscal_end_two_digits,
					parsed->fiscal_year_end, date->fiscal_year_end) &&
		(parsed->month == 0 || parsed->month == date->month) &&
		(parsed->day == 0 || parsed->day == date->day) &&
		(parsed->quarter == 0 || parsed->quarter == date->quarter) &&
		(parsed->iso_week == 0 || parsed->iso_week == date->iso_week);
}

/*
 * Renders what was parsed, as it stands.
 */
static void
render_parsed(const Sample *sample, const FormatParsed *parsed, char *text)
{
	FormatValues values;

	memcpy(values.dimension, parsed->dimension, sizeof(values.dimension));
	values.date.year = parsed->year;
	values.date.month = parsed->month;
	values.date.day = parsed->day;
	values.date.quarter = parsed->quarter;
	values.date.iso_year = parsed->iso_year;
	values.date.iso_week = parsed->iso_week;
	values.date.fiscal_year = parsed->fiscal_year;
	values.date.fiscal_year_end = parsed->fiscal_year_end;
	values.sequence = parsed->sequence;
	format_render(&sample->format, &values, text, FORMAT_TEXT_SIZE);
}

/*
 * parse(render(x)) = x, and render(parse(render(x))) = render(x).
 */
static void
test_round_trip(void)
{
	int			cases = 0;

	unit_seed(20261124);
	while (cases < 400000)
	{
		Sample		sample;
		int			round;

		make_sample(&sample);
		for (round = 0; round < 40; round++)
		{
			FormatValues values;
			FormatParsed parsed;
			Problem		problem;
			char		buffers[SCOPE_MAX_DIMENSIONS][64];
			char		text[FORMAT_TEXT_SIZE];
			char		again[FORMAT_TEXT_SIZE];
			size_t		bytes;

			make_values(&sample, &values, buffers);
			if (!values_are_allowed(&sample, &values))
				continue;
			cases++;
			bytes = format_render(&sample.format, &values, text, sizeof(text));
			if (!CHECK_NOTE(format_parse(&sample.format, text, bytes, &parsed, &problem),
							sample.source) ||
				!CHECK_NOTE(parsed_agrees(&sample, &parsed, &values), sample.source))
			{
				printf("#   number \"%s\": %s\n", text, problem.detail);
				continue;
			}
			render_parsed(&sample, &parsed, again);
			CHECK_TEXT(again, text, sample.source);
		}
	}
}

/*
 * Changes a text at random places; returns its new length.
 */
static size_t
mutate(char *text, size_t bytes)
{
	static const char alphabet[] = "-10ab/x.T{ 29";
	int			times = 1 + (int) unit_random(2);

	while (times-- > 0 && bytes > 0)
	{
		size_t		at = unit_random((uint32_t) bytes);

		switch (unit_random(4))
		{
			case 0:
				memmove(text + at, text + at + 1, bytes - at - 1);
				bytes--;
				break;
			case 1:
				memmove(text + at + 1, text + at, bytes - at);
				bytes++;
				/* FALLTHROUGH */
			case 2:
				text[at] = alphabet[unit_random(sizeof(alphabet) - 1)];
				break;
			default:
				text[at] = (char) unit_random(256);
		}
	}
	return bytes;
}

/*
 * render(parse(t)) = t for every text that is accepted, whatever its origin,
 * and its values are allowed.  Nothing is read beyond its end.
 */
static void
test_accepted_texts(void)
{
	int			accepted = 0;
	int			round;

	unit_seed(42);
	for (round = 0; round < 10000; round++)
	{
		Sample		sample;
		int			k;

		make_sample(&sample);
		for (k = 0; k < 40; k++)
		{
			FormatValues values;
			FormatParsed parsed;
			Problem		problem;
			char		buffers[SCOPE_MAX_DIMENSIONS][64];
			char		text[FORMAT_TEXT_SIZE];
			char		again[FORMAT_TEXT_SIZE];
			char	   *copy;
			size_t		bytes;
			int			i;

			make_values(&sample, &values, buffers);
			bytes = format_render(&sample.format, &values, text, sizeof(text));
			bytes = mutate(text, bytes);
			copy = unit_exact_copy(text, bytes);
			text[bytes] = '\0';
			if (format_parse(&sample.format, copy, bytes, &parsed, &problem))
			{
				accepted++;
				render_parsed(&sample, &parsed, again);
				CHECK_TEXT(again, text, sample.source);
				for (i = 0; i < sample.scope.ndimensions; i++)
				{
					/* what is not shown can be anything */
					if (parsed.dimension[i].bytes == 0)
						parsed.dimension[i].text = "hidden", parsed.dimension[i].bytes = 6;
				}
				memcpy(values.dimension, parsed.dimension, sizeof(values.dimension));
				CHECK_NOTE(values_are_allowed(&sample, &values), sample.source);
			}
			free(copy);
		}
	}
	CHECK(accepted > 20000);
}

#define MOST_TUPLES 2000

/* A number, and the tuple that made it. */
typedef struct Made
{
	char		text[100];
	int			tuple;
} Made;

static int
compare_made(const void *left, const void *right)
{
	return strcmp(((const Made *) left)->text, ((const Made *) right)->text);
}

/*
 * Enumerates every value of 1 to longest characters over "-1a".
 */
static int
enumerate_values(char values[][4], int longest)
{
	static const char alphabet[] = "-1a";
	int			count = 0;
	int			length;
	int			total = 1;

	for (length = 1; length <= longest; length++)
	{
		int			i;

		total *= 3;
		for (i = 0; i < total; i++)
		{
			int			rest = i;
			int			k;

			memset(values[count], 0, 4);
			for (k = 0; k < length; k++)
			{
				values[count][k] = alphabet[rest % 3];
				rest /= 3;
			}
			count++;
		}
	}
	return count;
}

/*
 * Proves for one format that no two allowed tuples of values make one number,
 * without any parsing: by making them all.  Returns how many there are.
 */
static int
prove_unique(const Sample *sample)
{
	static const int sequences[] = {1, 2, 10, 11, 12, 101, 110, 111, 112, 1011, 1111};
	static const int longest[] = {0, 3, 3, 2, 1};
	static Made *made;
	char		values[40][4];
	int			nvalues = enumerate_values(values, longest[sample->scope.ndimensions]);
	int			ntuples = 1;
	int			nmade = 0;
	int			tuple;
	int			i;

	if (made == NULL)
		made = malloc(sizeof(Made) * MOST_TUPLES * COUNT(sequences));
	for (i = 0; i < sample->scope.ndimensions; i++)
		ntuples *= nvalues;
	for (tuple = 0; tuple < ntuples; tuple++)
	{
		FormatValues number;
		char		text[FORMAT_TEXT_SIZE];
		int			rest = tuple;
		size_t		k;

		for (i = 0; i < sample->scope.ndimensions; i++)
		{
			number.dimension[i].text = values[rest % nvalues];
			number.dimension[i].bytes = strnlen(values[rest % nvalues], 4);
			rest /= nvalues;
		}
		if (!values_are_allowed(sample, &number))
			continue;
		period_fields(2011, 1, 11, sample->context.fiscal_year_start, &number.date);
		for (k = 0; k < COUNT(sequences); k++)
		{
			number.sequence = sequences[k];
			CHECK(format_render(&sample->format, &number, text, sizeof(text)) <
				  sizeof(made[nmade].text));
			snprintf(made[nmade].text, sizeof(made[nmade].text), "%.99s", text);
			made[nmade].tuple = tuple;
			nmade++;
		}
	}
	qsort(made, (size_t) nmade, sizeof(Made), compare_made);
	for (i = 1; i < nmade; i++)
	{
		if (!CHECK_NOTE(strcmp(made[i - 1].text, made[i].text) != 0, sample->source))
			printf("#   \"%s\" is made by tuples %d and %d\n", made[i].text, made[i - 1].tuple,
				   made[i].tuple);
	}
	return nmade;
}

/*
 * No two tuples make one number, over random formats that show all their
 * dimensions.
 */
static void
test_unique(void)
{
	int			numbers = 0;

	unit_seed(7);
	while (numbers < 1000000)
	{
		Sample		sample;

		make_sample(&sample);
		if (sample.scope.ndimensions == 0 || sample.format.ntext < sample.scope.ndimensions)
			continue;
		numbers += prove_unique(&sample);
	}
}

/* A number, and the period that its counter belongs to. */
typedef struct Dated
{
	char		text[40];
	char		period[PERIOD_TEXT_SIZE];
} Dated;

static int
compare_dated(const void *left, const void *right)
{
	return strcmp(((const Dated *) left)->text, ((const Dated *) right)->text);
}

/*
 * Proves for one format that equal numbers are of one period, over five years
 * of days.
 */
static void
prove_one_period(const Sample *sample)
{
	static Dated dated[5 * 366];
	int			start = sample->context.fiscal_year_start;
	int			ndated = 0;
	int			ordinal;
	int			i;

	for (ordinal = 0; ordinal < 5 * 12 * 31; ordinal++)
	{
		int			year = 2023 + ordinal / (12 * 31);
		int			month = ordinal / 31 % 12 + 1;
		int			day = ordinal % 31 + 1;
		FormatValues number;
		char		text[FORMAT_TEXT_SIZE];

		if (!period_date_is_valid(year, month, day))
			continue;
		period_fields(year, month, day, start, &number.date);
		number.sequence = 1;
		format_render(&sample->format, &number, text, sizeof(text));
		snprintf(dated[ndated].text, sizeof(dated[ndated].text), "%.39s", text);
		period_text(sample->scope.period, &number.date, start, dated[ndated].period);
		ndated++;
	}
	qsort(dated, (size_t) ndated, sizeof(Dated), compare_dated);
	for (i = 1; i < ndated; i++)
	{
		if (strcmp(dated[i - 1].text, dated[i].text) == 0)
			CHECK_TEXT(dated[i].period, dated[i - 1].period, sample->source);
	}
}

/*
 * One number, one period: for every set of up to three date tokens that is
 * accepted for a period.
 */
static void
test_one_period(void)
{
	static const char *const periods[] = {"YEARLY", "QUARTERLY", "MONTHLY", "WEEKLY", "DAILY"};
	static const int starts[] = {1, 2, 4, 12};
	int			accepted = 0;
	size_t		sets;

	for (sets = 0; sets < COUNT(periods) * COUNT(starts) * 2048; sets++)
	{
		Sample		sample;
		Problem		problem;
		int			ntokens = 0;
		int			i;

		sample.source[0] = '\0';
		for (i = 0; i < (int) COUNT(date_names); i++)
		{
			if ((sets >> i & 1) == 0)
				continue;
			ntokens++;
			snprintf(sample.source + strlen(sample.source), 16, "{%s}", date_names[i]);
		}
		if (ntokens > 3)
			continue;
		strcat(sample.source, "-{SEQ:1}");
		scope_parse(periods[sets / 2048 % COUNT(periods)], &sample.scope, &problem);
		sample.context.document_type = "T";
		sample.context.scope = &sample.scope;
		sample.context.fiscal_year_start = starts[sets / 2048 / COUNT(periods)];
		sample.context.unique_per_scope = false;
		sample.context.max_length = 100;
		sample.context.max_value = 9;
		sample.context.utf8 = true;
		if (!format_compile(&sample.format, sample.source, &sample.context, &problem))
			continue;
		accepted++;
		prove_one_period(&sample);
	}
	CHECK(accepted > 1000);
}

/*
 * Does a number's own text lead back to the counter that it came from?  If
 * the format shows all of the scope, what was parsed gives its canonical text.
 */
static void
test_counter_of_number(void)
{
	int			cases = 0;

	unit_seed(7);
	while (cases < 200000)
	{
		Sample		sample;
		int			round;

		make_sample(&sample);
		if (sample.format.ntext < sample.scope.ndimensions ||
			!format_shows_period(&sample.format, sample.scope.period))
			continue;
		for (round = 0; round < 40; round++)
		{
			FormatValues values;
			FormatParsed parsed;
			FormatDate	date;
			Problem		problem;
			PeriodFields fields;
			char		buffers[SCOPE_MAX_DIMENSIONS][64];
			char		text[FORMAT_TEXT_SIZE];
			char		expected[SCOPE_TEXT_SIZE];
			char		found[SCOPE_TEXT_SIZE];
			int			start = sample.context.fiscal_year_start;
			int			near_year;
			size_t		bytes;

			make_values(&sample, &values, buffers);
			if (!values_are_allowed(&sample, &values))
				continue;
			cases++;
			near_year = values.date.year - 48 + (int) unit_random(97);
			bytes = format_render(&sample.format, &values, text, sizeof(text));
			if (!CHECK_NOTE(format_parse(&sample.format, text, bytes, &parsed, &problem), text))
				continue;
			fields = values.date;
			if (sample.format.shows_date)
			{
				if (!CHECK_NOTE(format_find_date(&sample.format, &parsed, near_year, &date), text))
					continue;
				period_fields(date.year, date.month, date.day, start, &fields);
			}
			scope_canonical(&sample.scope, values.dimension, &values.date, start, expected);
			scope_canonical(&sample.scope, parsed.dimension, &fields, start, found);
			CHECK_TEXT(found, expected, text);
		}
	}
}

/*
 * Does a format show the calendar year?
 */
static bool
shows_calendar_year(const char *source)
{
	return strstr(source, "{YY") != NULL;
}

/*
 * For every set of date tokens: a date is found whose number is the same, and
 * where only the calendar year is shown, no nearer one was passed over.
 */
static void
test_find_date(void)
{
	static const int starts[] = {1, 2, 4, 12};
	size_t		sets;

	unit_seed(20260229);
	for (sets = 1; sets < COUNT(starts) * 2048; sets++)
	{
		Sample		sample;
		Problem		problem;
		int			start = starts[sets / 2048];
		int			round;
		int			i;

		sample.source[0] = '\0';
		for (i = 0; i < (int) COUNT(date_names); i++)
		{
			if ((sets >> i & 1) != 0)
				snprintf(sample.source + strlen(sample.source), 16, "{%s}", date_names[i]);
		}
		if (sample.source[0] == '\0')
			continue;
		strcat(sample.source, "-{SEQ:1}");
		scope_parse("GLOBAL", &sample.scope, &problem);
		sample.context.document_type = "T";
		sample.context.scope = &sample.scope;
		sample.context.fiscal_year_start = start;
		sample.context.unique_per_scope = false;
		sample.context.max_length = 100;
		sample.context.max_value = 9;
		sample.context.utf8 = true;
		if (!CHECK_NOTE(format_compile(&sample.format, sample.source, &sample.context, &problem),
						sample.source))
			continue;
		for (round = 0; round < 20; round++)
		{
			FormatValues values;
			FormatParsed parsed;
			FormatDate	date;
			char		buffers[SCOPE_MAX_DIMENSIONS][64];
			char		text[FORMAT_TEXT_SIZE];
			char		again[FORMAT_TEXT_SIZE];
			int			near_year;
			size_t		bytes;

			make_values(&sample, &values, buffers);
			values.sequence = 1;
			near_year = 400 + (int) unit_random(9200);
			bytes = format_render(&sample.format, &values, text, sizeof(text));
			if (!CHECK_NOTE(format_parse(&sample.format, text, bytes, &parsed, &problem), text) ||
				!CHECK_NOTE(format_find_date(&sample.format, &parsed, near_year, &date), text))
				continue;
			if (shows_calendar_year(sample.source))
				CHECK_NOTE(abs(date.year - near_year) <= abs(values.date.year - near_year), text);
			period_fields(date.year, date.month, date.day, start, &values.date);
			format_render(&sample.format, &values, again, sizeof(again));
			CHECK_TEXT(again, text, sample.source);
		}
	}
}

/*
 * What the digits of some date tokens say, one after the other, as a number.
 * Written apart from the module's table.
 */
static int
digits_of(const char *const *tokens, const PeriodFields *date)
{
	int			digits = 0;

	for (; *tokens != NULL; tokens++)
	{
		const char *token = *tokens;
		bool		short_form = strchr(token, '2') != NULL || strcmp(token, "YY") == 0;
		int			value;

		if (strcmp(token, "MM") == 0)
			digits = digits * 100 + date->month;
		else if (strcmp(token, "DD") == 0)
			digits = digits * 100 + date->day;
		else if (strcmp(token, "IW") == 0)
			digits = digits * 100 + date->iso_week;
		else if (strcmp(token, "Q") == 0)
			digits = digits * 10 + date->quarter;
		else
		{
			if (token[0] == 'Y')
				value = date->year;
			else if (token[0] == 'I')
				value = date->iso_year;
			else if (token[2] == 'E')
				value = date->fiscal_year_end;
			else
				value = date->fiscal_year;
			digits = short_form ? digits * 100 + value % 100 : digits * 10000 + value % 10000;
		}
	}
	return digits;
}

/*
 * A text is accepted if and only if one of all dates gives it: all texts of
 * so many digits that a date gives, and every seventh of the others.
 */
static void
test_dates(void)
{
	static const struct
	{
		int			start;
		int			ndigits;
		const char *format;
		const char *tokens[5];
	}			cases[] = {
		{1, 5, "{MM}{DD}{Q}-{SEQ:1}", {"MM", "DD", "Q"}},
		{1, 5, "{Q}{IW}{DD}-{SEQ:1}", {"Q", "IW", "DD"}},
		{1, 6, "{IW}{MM}{DD}-{SEQ:1}", {"IW", "MM", "DD"}},
		{1, 6, "{YY}{MM}{DD}-{SEQ:1}", {"YY", "MM", "DD"}},
		{1, 6, "{YY}{IW}{MM}-{SEQ:1}", {"YY", "IW", "MM"}},
		{1, 6, "{YYYY}{IW}-{SEQ:1}", {"YYYY", "IW"}},
		{1, 6, "{IYYY}{IW}-{SEQ:1}", {"IYYY", "IW"}},
		{1, 6, "{IYYY}{DD}-{SEQ:1}", {"IYYY", "DD"}},
		{1, 6, "{YY}{IYYY}-{SEQ:1}", {"YY", "IYYY"}},
		{1, 5, "{FYE}{Q}-{SEQ:1}", {"FYE", "Q"}},
		{4, 5, "{FYE}{Q}-{SEQ:1}", {"FYE", "Q"}},
		{2, 6, "{FYE}{MM}-{SEQ:1}", {"FYE", "MM"}},
		{11, 5, "{FY}{Q}-{SEQ:1}", {"FY", "Q"}},
		{4, 6, "{FY}{FYE:2}-{SEQ:1}", {"FY", "FYE:2"}},
		{4, 6, "{FY:2}{FYE:2}{MM}-{SEQ:1}", {"FY:2", "FYE:2", "MM"}},
		{7, 4, "{FYE:2}{IW}-{SEQ:1}", {"FYE:2", "IW"}},
		{12, 6, "{YYYY}{FY:2}-{SEQ:1}", {"YYYY", "FY:2"}},
		{7, 6, "{FYE:2}{MM}{DD}-{SEQ:1}", {"FYE:2", "MM", "DD"}}
	};
	static char possible[COUNT(cases)][1000000];
	int			year;
	size_t		i;

	for (year = 1; year <= 9999; year++)
	{
		int			ordinal;

		for (ordinal = 0; ordinal < 12 * 31; ordinal++)
		{
			int			month = ordinal / 31 + 1;
			int			day = ordinal % 31 + 1;
			PeriodFields date;

			if (!period_date_is_valid(year, month, day))
				continue;
			period_fields(year, month, day, 1, &date);
			for (i = 0; i < COUNT(cases); i++)
			{
				date.fiscal_year = year - (month < cases[i].start ? 1 : 0);
				date.fiscal_year_end = date.fiscal_year + (cases[i].start > 1 ? 1 : 0);
				possible[i][digits_of(cases[i].tokens, &date)] = 1;
			}
		}
	}

	for (i = 0; i < COUNT(cases); i++)
	{
		Sample		sample;
		Problem		problem;
		int			end = cases[i].ndigits == 6 ? 1000000 : cases[i].ndigits == 5 ? 100000 : 10000;
		int			digits;

		scope_parse("GLOBAL", &sample.scope, &problem);
		sample.context.document_type = "T";
		sample.context.scope = &sample.scope;
		sample.context.fiscal_year_start = cases[i].start;
		sample.context.unique_per_scope = false;
		sample.context.max_length = 100;
		sample.context.max_value = 9;
		sample.context.utf8 = true;
		if (!CHECK_NOTE(format_compile(&sample.format, cases[i].format, &sample.context, &problem),
						cases[i].format))
			continue;
		for (digits = 0; digits < end; digits++)
		{
			char		text[32];
			FormatParsed parsed;
			int			bytes;

			if (!possible[i][digits] && digits % 7 != (int) i % 7)
				continue;
			bytes = snprintf(text, sizeof(text), "%0*d-1", cases[i].ndigits, digits);
			if (format_parse(&sample.format, text, (size_t) bytes, &parsed, &problem) !=
				(possible[i][digits] != 0))
			{
				CHECK_NOTE(false, cases[i].format);
				printf("#   number \"%s\" is %s\n", text, possible[i][digits] ? "refused" : "accepted");
			}
		}
	}
}

const UnitTest format_property_tests[] = {
	{"format: parsing what was rendered gives the values", test_round_trip},
	{"format: rendering what was parsed gives the text", test_accepted_texts},
	{"format: no two tuples of values make one number", test_unique},
	{"format: a number belongs to one period", test_one_period},
	{"format: a number leads back to its counter", test_counter_of_number},
	{"format: a date is found for every set of tokens", test_find_date},
	{"format: a number is accepted if a date makes it", test_dates},
	{NULL, NULL}
};
