/*
 * What the fuzz targets of the pure modules share: reading inputs, failing.
 */
#include "fuzz.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "printable.h"

static long reached;

static void
print_reached(void)
{
	fprintf(stderr, "reached: %ld\n", reached);
}

/*
 * Registers the report of fuzz_reached before libFuzzer starts.
 */
__attribute__((constructor))
static void
register_report(void)
{
	atexit(print_reached);
}

void
fuzz_reached(void)
{
	reached++;
}

void
fuzz_fail(const char *file, int line, const char *condition)
{
	fprintf(stderr, "%s:%d: does not hold: %s\n", file, line, condition);
	abort();
}

/*
 * Begins to read an input.
 */
void
fuzz_begin(FuzzInput *input, const uint8_t *data, size_t size)
{
	input->text = (const char *) data;
	input->bytes = size;
}

/*
 * Reads one line, up to a line feed or the end, and cuts it at a zero byte and
 * to the size of text.  Returns its length.
 */
size_t
fuzz_line(FuzzInput *input, char *text, size_t size)
{
	size_t		bytes = 0;
	size_t		kept = 0;

	while (bytes < input->bytes && input->text[bytes] != '\n')
		bytes++;
	while (kept < bytes && kept + 1 < size && input->text[kept] != '\0')
	{
		text[kept] = input->text[kept];
		kept++;
	}
	text[kept] = '\0';
	if (bytes < input->bytes)
		bytes++;
	input->text += bytes;
	input->bytes -= bytes;
	return kept;
}

/*
 * Reads one line of numbers, without signs, at most 18 digits each.
 */
int
fuzz_numbers(FuzzInput *input, int64_t *numbers, int most)
{
	char		line[200];
	const char *at = line;
	int			count = 0;

	fuzz_line(input, line, sizeof(line));
	while (count < most)
	{
		int			digits = 0;

		at += strcspn(at, "0123456789");
		if (*at == '\0')
			break;
		numbers[count] = 0;
		while (*at >= '0' && *at <= '9' && digits++ < FORMAT_SEQ_MAX)
			numbers[count] = numbers[count] * 10 + (*at++ - '0');
		count++;
	}
	return count;
}

char *
fuzz_exact_copy(const char *text, size_t bytes)
{
	char	   *copy = malloc(bytes > 0 ? bytes : 1);

	if (copy == NULL)
		abort();
	memcpy(copy, text, bytes);
	return copy;
}

/*
 * Reads a format and what it is compiled for; compiles it.
 */
bool
fuzz_format(FuzzInput *input, FuzzFormat *sample)
{
	int64_t		settings[5] = {1, 100, 999999, 0, 1};
	char	   *source;
	size_t		bytes;
	Problem		problem;
	bool		compiled;

	fuzz_line(input, sample->scope_text, sizeof(sample->scope_text));
	bytes = fuzz_line(input, sample->document_type, sizeof(sample->document_type));
	fuzz_numbers(input, settings, 5);
	sample->context.utf8 = settings[4] != 0;
	if (!scope_parse(sample->scope_text, &sample->scope, &problem) || bytes == 0 ||
		!printable_check(sample->document_type, bytes, sample->context.utf8, "name", &problem) ||
		printable_has_outer_space(sample->document_type, bytes, sample->context.utf8))
		return false;

	sample->context.document_type = sample->document_type;
	sample->context.scope = &sample->scope;
	sample->context.fiscal_year_start = 1 + (int) ((settings[0] + 11) % 12);
	sample->context.max_length = (int) (settings[1] % 1000);
	sample->context.max_value = settings[2];
	sample->context.unique_per_scope = settings[3] != 0;

	bytes = fuzz_line(input, sample->source, sizeof(sample->source));
	source = fuzz_exact_copy(sample->source, bytes + 1);
	compiled = format_compile(&sample->format, source, &sample->context, &problem);
	free(source);
	if (!compiled)
		fuzz_check_problem(&problem, sample->context.utf8);
	return compiled;
}

/*
 * Is it valid UTF-8, printable or not?
 */
bool
fuzz_is_utf8(const char *text, size_t bytes)
{
	size_t		at;
	size_t		used;

	for (at = 0; at < bytes; at += used)
	{
		unsigned char lead = (unsigned char) text[at];
		Problem		problem;

		used = lead < 0xC0 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
		if (used > bytes - at)
			return false;
		if (!printable_check(text + at, used, true, "text", &problem) &&
			strstr(problem.detail, "is not valid UTF-8") != NULL)
			return false;
	}
	return true;
}

/*
 * Checks one part of a problem.
 */
static void
check_part(const char *part, size_t size, bool utf8)
{
	size_t		bytes = strnlen(part, size);

	FUZZ_CHECK(bytes < size);
	FUZZ_CHECK(!utf8 || fuzz_is_utf8(part, bytes));
}

void
fuzz_check_problem(const Problem *problem, bool utf8)
{
	FUZZ_CHECK(problem->message[0] != '\0');
	check_part(problem->message, sizeof(problem->message), utf8);
	check_part(problem->detail, sizeof(problem->detail), utf8);
	check_part(problem->hint, sizeof(problem->hint), utf8);
}

/*
 * Copies the pieces of a line (a token in braces, or one byte) but for one,
 * which is left out, doubled, replaced by a word or followed by one.  Returns
 * the length of the copy, cut to size.
 */
static size_t
change_piece(char *to, size_t size, const char *line, size_t bytes, unsigned int random)
{
	static const char *const words[] = {
		"{TYPE}", "{SCOPE}", "{A}", "{B}", "{PROJECT}", "{YYYY}", "{YY}", "{MM}", "{DD}", "{Q}",
		"{IYYY}", "{IW}", "{FY}", "{FYE}", "{FY:2}", "{FYE:2}", "{SEQ:1}", "{SEQ:3}", "{SEQ:18}",
		"{CHECK:LUHN}", "{CHECK:DAMM}", "{CHECK:MOD97}", "{{", "}}", "-", "/", "--", "1", "0", "a",
		"ab", "\xC3\xA9", " "
	};
	const char *word = words[random / 64 % (sizeof(words) / sizeof(words[0]))];
	size_t		change = random / 4096 % (bytes + 1);
	size_t		at = 0;
	size_t		made = 0;

	while (at <= bytes)
	{
		const char *end = line[at] == '{' && at < bytes ? memchr(line + at, '}', bytes - at) : NULL;
		size_t		piece = end ? (size_t) (end - line) + 1 - at : 1;
		bool		changed = change >= at && change < at + piece;
		size_t		times = !changed || random % 4 == 2 ? 1 : random % 4 == 3 ? 2 : 0;

		if (at == bytes)
			times = 0;
		for (; times > 0 && made + piece <= size; times--)
		{
			memcpy(to + made, line + at, piece);
			made += piece;
		}
		if (changed && random % 4 >= 1 && random % 4 <= 2 && made + strlen(word) <= size)
		{
			memcpy(to + made, word, strlen(word));
			made += strlen(word);
		}
		at += piece;
	}
	return made;
}

/*
 * Changes a token of the format, the fourth line, or leaves the change to
 * libFuzzer: bytes changed at random seldom make a format that compiles.
 */
size_t
fuzz_mutate(uint8_t *data, size_t size, size_t most, unsigned int seed)
{
	const char *text = (const char *) data;
	char		copy[4096];
	size_t		start = 0;
	size_t		bytes = 0;
	size_t		made;
	int			line;

	for (line = 0; line < 3 && start < size; start++)
		line += text[start] == '\n';
	while (start + bytes < size && text[start + bytes] != '\n')
		bytes++;
	if (seed % 3 == 0 || line < 3 || bytes == 0 || size > sizeof(copy) / 2 || most < 2 * size + 16)
		return LLVMFuzzerMutate(data, size, most);

	memcpy(copy, text, start);
	made = start + change_piece(copy + start, size - start + 16, text + start, bytes, seed / 3);
	memcpy(copy + made, text + start + bytes, size - start - bytes);
	made += size - start - bytes;
	memcpy(data, copy, made);
	return made;
}
