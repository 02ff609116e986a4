/*-------------------------------------------------------------------------
 *
 * format_compile.c
 *	  Number formats: read the text of a format into pieces.
 *
 * Invariants of a compiled format: no two literals are neighbours and none
 * is empty; there is one {SEQ}, at most one {CHECK}, and each dimension at
 * most once.  What makes it sound beyond its shape is in format_prove.c.
 *
 * The arrays of a Format cannot overflow: a token takes three characters of
 * the at most FORMAT_LIMIT, and {TYPE} six.
 *
 * Memory: writes into the caller's Format and Problem, nothing else.
 *
 *-------------------------------------------------------------------------
 */
#include "format.h"

#include <string.h>

#include "format_internal.h"
#include "printable.h"

typedef struct FormatCompiler
{
	Format	   *format;
	const FormatContext *context;
	Problem    *problem;
} FormatCompiler;

static bool check_source(FormatCompiler *compiler, const char *source);
static bool read_pieces(FormatCompiler *compiler, const char *source);
static bool read_token(FormatCompiler *compiler, const char *name, size_t bytes);
static bool read_scope(FormatCompiler *compiler);
static bool read_sequence(FormatCompiler *compiler, const char *name, size_t bytes);
static bool read_check(FormatCompiler *compiler, const char *name, size_t bytes);
static bool read_dimension(FormatCompiler *compiler, int dimension);
static bool refuse_token(FormatCompiler *compiler, const char *name, size_t bytes);
static bool refuse_brace(FormatCompiler *compiler, const char *source, const char *at,
						 const char *what);
static void add_text(Format *format, const char *text, size_t bytes);
static void add_piece(Format *format, FormatPieceKind kind, int number);
static bool find_date(const char *name, size_t bytes, FormatPieceKind *kind);
static int	find_dimension(const ScopeSpec *scope, const char *name, size_t bytes);
static bool is_known(const ScopeSpec *scope, const char *name, size_t bytes);
static bool is_word(const char *name, size_t bytes, const char *word);
static bool has_argument(const char *name, size_t bytes, const char *word);

/*
 * Compiles a format, a terminated text, for a type.
 *
 * Returns false, with the problem filled, if it is refused; the format's
 * content is then of no use.
 */
bool
format_compile(Format *format, const char *source, const FormatContext *context,
			   Problem *problem)
{
	FormatCompiler compiler;

	compiler.format = format;
	compiler.context = context;
	compiler.problem = problem;

	memset(format, 0, sizeof(*format));
	format->ndimensions = context->scope->ndimensions;
	memcpy(format->dimension_name, context->scope->name, sizeof(format->dimension_name));
	format->fiscal_year_start = context->fiscal_year_start;
	format->utf8 = context->utf8;

	return check_source(&compiler, source) &&
		read_pieces(&compiler, source) &&
		format_prove(format, context, problem);
}

/*
 * Returns the bytes that a piece, other than a dimension, takes in every
 * number; 0 for {SEQ}, whose bytes vary.
 */
int
format_piece_width(const FormatPiece *piece)
{
	if (piece->kind == FORMAT_LITERAL)
		return piece->bytes;
	if (piece->kind == FORMAT_CHECK)
		return check_digit_width((CheckDigitKind) piece->number);
	if (piece->kind == FORMAT_SEQ)
		return 0;
	return format_date_token(piece->kind)->width;
}

/*
 * Has the format a piece of that kind, and of that number unless it is -1?
 */
bool
format_shows(const Format *format, FormatPieceKind kind, int number)
{
	int			i;

	for (i = 0; i < format->npieces; i++)
	{
		if (format->piece[i].kind == kind && (number < 0 || format->piece[i].number == number))
			return true;
	}
	return false;
}

/*
 * Is it an ASCII digit?
 */
bool
format_is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/*
 * Checks the text of the format, and the type's name, before any reading.
 */
static bool
check_source(FormatCompiler *compiler, const char *source)
{
	bool		utf8 = compiler->context->utf8;
	Problem    *problem = compiler->problem;
	size_t		bytes = strlen(source);
	size_t		length = printable_length(source, bytes, utf8);

	if (bytes == 0)
	{
		problem_set(problem, "format is empty");
		return problem_hint(problem, "A format is text and tokens, such as INV-{YYYY}-{SEQ:5}.");
	}
	if (length > FORMAT_LIMIT || bytes > FORMAT_BYTES)
	{
		problem_set(problem, "format is too long");
		return problem_detail(problem, "It has %zu characters; at most %d are allowed.", length,
							  FORMAT_LIMIT);
	}
	if (!printable_check(source, bytes, utf8, "format", problem))
		return false;
	if (printable_has_outer_space(source, bytes, utf8))
	{
		problem_set(problem, "format begins or ends with white space");
		return problem_hint(problem, "Trim the format.");
	}
	if (strlen(compiler->context->document_type) > FORMAT_TYPE_BYTES)
		return problem_set(problem, "name of the document type is too long");
	return true;
}

/*
 * Reads the text of the format into pieces.
 */
static bool
read_pieces(FormatCompiler *compiler, const char *source)
{
	const char *at = source;

	while (*at != '\0')
	{
		if (at[0] != '{' && at[0] != '}')
		{
			size_t		bytes = strcspn(at, "{}");

			add_text(compiler->format, at, bytes);
			at += bytes;
		}
		else if (at[1] == at[0])
		{
			add_text(compiler->format, at, 1);
			at += 2;
		}
		else if (at[0] == '}')
			return refuse_brace(compiler, source, at, "closes no token");
		else
		{
			const char *name = at + 1;
			size_t		bytes = strcspn(name, "{}");

			if (name[bytes] != '}')
				return refuse_brace(compiler, source, at, "opens a token that is not closed");
			if (!read_token(compiler, name, bytes))
				return false;
			at = name + bytes + 1;
		}
	}
	return true;
}

/*
 * Reads one token, given without its braces, into a piece.
 */
static bool
read_token(FormatCompiler *compiler, const char *name, size_t bytes)
{
	const FormatContext *context = compiler->context;
	FormatPieceKind kind;
	int			dimension;

	if (is_word(name, bytes, "TYPE"))
	{
		add_text(compiler->format, context->document_type, strlen(context->document_type));
		return true;
	}
	if (is_word(name, bytes, "SCOPE"))
		return read_scope(compiler);
	if (has_argument(name, bytes, "SEQ"))
		return read_sequence(compiler, name, bytes);
	if (has_argument(name, bytes, "CHECK"))
		return read_check(compiler, name, bytes);
	if (find_date(name, bytes, &kind))
	{
		add_piece(compiler->format, kind, 0);
		compiler->format->shows_date = true;
		return true;
	}
	dimension = find_dimension(context->scope, name, bytes);
	if (dimension >= 0)
		return read_dimension(compiler, dimension);
	return refuse_token(compiler, name, bytes);
}

/*
 * Reads {SCOPE}, which is the one dimension.
 */
static bool
read_scope(FormatCompiler *compiler)
{
	int			ndimensions = compiler->context->scope->ndimensions;

	if (ndimensions == 1)
		return read_dimension(compiler, 0);

	problem_set(compiler->problem, "{SCOPE} needs a scope with exactly one dimension besides the period");
	problem_detail(compiler->problem, "The scope has %d.", ndimensions);
	return problem_hint(compiler->problem, ndimensions == 0 ? "Remove {SCOPE}." :
						"Show each dimension by its name in braces.");
}

/*
 * Reads {SEQ:n}; the width has no surplus zero.
 */
static bool
read_sequence(FormatCompiler *compiler, const char *name, size_t bytes)
{
	const char *digits = name + strlen("SEQ:");
	int			width = 0;

	if (bytes == strlen("SEQ"))
		problem_set(compiler->problem, "{SEQ} has no width");
	else
	{
		size_t		ndigits = bytes - strlen("SEQ:");
		size_t		i;

		for (i = 0; i < ndigits && i < 3 && format_is_digit(digits[i]); i++)
			width = width * 10 + digits[i] - '0';
		if (i < ndigits || width < 1 || width > FORMAT_SEQ_MAX || digits[0] == '0')
		{
			problem_set(compiler->problem, "{%.*s} has a bad width", (int) bytes, name);
			width = 0;
		}
	}
	if (width == 0)
		return problem_hint(compiler->problem, "Write the least number of digits, 1 to %d, such as "
							"{SEQ:5}; a number grows past it when it must.", FORMAT_SEQ_MAX);

	if (format_shows(compiler->format, FORMAT_SEQ, -1))
	{
		problem_set(compiler->problem, "format has more than one {SEQ}");
		return problem_hint(compiler->problem, "A format shows the running number once.");
	}
	add_piece(compiler->format, FORMAT_SEQ, width);
	return true;
}

/*
 * Reads {CHECK:kind}.
 */
static bool
read_check(FormatCompiler *compiler, const char *name, size_t bytes)
{
	size_t		prefix = strlen("CHECK:");
	CheckDigitKind kind;

	if (bytes < prefix || !check_digit_from_name(name + prefix, bytes - prefix, &kind))
	{
		problem_set(compiler->problem, "{%.*s} names no kind of check digit", (int) bytes, name);
		return problem_hint(compiler->problem,
							"Write {CHECK:LUHN}, {CHECK:DAMM} or {CHECK:MOD97}.");
	}
	if (format_shows(compiler->format, FORMAT_CHECK, -1))
	{
		problem_set(compiler->problem, "format has more than one {CHECK}");
		return problem_hint(compiler->problem, "Keep the last one: it covers all that stands "
							"before it.");
	}
	add_piece(compiler->format, FORMAT_CHECK, (int) kind);
	return true;
}

/*
 * Reads the token of a dimension, given by its index.
 */
static bool
read_dimension(FormatCompiler *compiler, int dimension)
{
	if (format_shows(compiler->format, FORMAT_DIMENSION, dimension))
	{
		const char *name = compiler->format->dimension_name[dimension];

		problem_set(compiler->problem, "format shows dimension %s twice", name);
		return problem_hint(compiler->problem, "Keep one {%s}.", name);
	}
	add_piece(compiler->format, FORMAT_DIMENSION, dimension);
	compiler->format->ntext++;
	return true;
}

/*
 * Refuses an unknown token, and says which there are.
 */
static bool
refuse_token(FormatCompiler *compiler, const char *name, size_t bytes)
{
	static const char tokens[] = "Tokens are {TYPE}, {SCOPE}, {YYYY}, {YY}, {MM}, {DD}, {Q}, "
	"{IYYY}, {IW}, {FY}, {FYE}, {FY:2}, {FYE:2}, {SEQ:n}, {CHECK:LUHN}, {CHECK:DAMM}, "
	"{CHECK:MOD97} and the scope's dimensions.";
	char		upper[SCOPE_NAME_LIMIT];
	size_t		i;

	problem_set(compiler->problem, "unknown token {%.*s}", (int) bytes, name);
	if (bytes > sizeof(upper))
		return problem_hint(compiler->problem, "%s", tokens);

	for (i = 0; i < bytes; i++)
	{
		upper[i] = name[i];
		if (name[i] >= 'a' && name[i] <= 'z')
			upper[i] = (char) (name[i] - 'a' + 'A');
	}
	if (!is_known(compiler->context->scope, upper, bytes))
		return problem_hint(compiler->problem, "%s", tokens);
	return problem_hint(compiler->problem, "Did you mean {%.*s}? %s", (int) bytes, upper, tokens);
}

/*
 * Refuses a brace that stands alone; what says what is wrong with it.
 */
static bool
refuse_brace(FormatCompiler *compiler, const char *source, const char *at, const char *what)
{
	size_t		position = printable_length(source, (size_t) (at - source),
											compiler->context->utf8) + 1;

	problem_set(compiler->problem, "format has a brace that %s", what);
	problem_detail(compiler->problem, "It is character %zu.", position);
	return problem_hint(compiler->problem, "Write {{ or }} for a brace in the number.");
}

/*
 * Adds literal text, to the literal before it if there is one.
 */
static void
add_text(Format *format, const char *text, size_t bytes)
{
	FormatPiece *piece;

	if (bytes == 0)
		return;
	if (format->npieces == 0 || format->piece[format->npieces - 1].kind != FORMAT_LITERAL)
	{
		add_piece(format, FORMAT_LITERAL, 0);
		format->piece[format->npieces - 1].start = format->text_bytes;
	}
	piece = &format->piece[format->npieces - 1];
	memcpy(format->text + format->text_bytes, text, bytes);
	piece->bytes += (int) bytes;
	format->text_bytes += (int) bytes;
}

/*
 * Adds a piece.
 */
static void
add_piece(Format *format, FormatPieceKind kind, int number)
{
	FormatPiece *piece = &format->piece[format->npieces++];

	piece->kind = kind;
	piece->number = number;
}

/*
 * Finds the date token of that name.
 */
static bool
find_date(const char *name, size_t bytes, FormatPieceKind *kind)
{
	int			i;

	for (i = FORMAT_FIRST_DATE; i <= FORMAT_LAST_DATE; i++)
	{
		*kind = (FormatPieceKind) i;
		if (is_word(name, bytes, format_date_token(*kind)->name))
			return true;
	}
	return false;
}

/*
 * Returns the index of the dimension of that name, -1 if there is none.
 */
static int
find_dimension(const ScopeSpec *scope, const char *name, size_t bytes)
{
	int			i;

	for (i = 0; i < scope->ndimensions; i++)
	{
		if (is_word(name, bytes, scope->name[i]))
			return i;
	}
	return -1;
}

/*
 * Is it the name of a token, whatever its argument?
 */
static bool
is_known(const ScopeSpec *scope, const char *name, size_t bytes)
{
	FormatPieceKind kind;

	return is_word(name, bytes, "TYPE") || is_word(name, bytes, "SCOPE") ||
		has_argument(name, bytes, "SEQ") || has_argument(name, bytes, "CHECK") ||
		find_date(name, bytes, &kind) || find_dimension(scope, name, bytes) >= 0;
}

/*
 * Is the name, of that many bytes, this word?
 */
static bool
is_word(const char *name, size_t bytes, const char *word)
{
	return strlen(word) == bytes && memcmp(word, name, bytes) == 0;
}

/*
 * Is the name this word, alone or with an argument after a colon?
 */
static bool
has_argument(const char *name, size_t bytes, const char *word)
{
	size_t		length = strlen(word);

	return bytes >= length && memcmp(word, name, length) == 0 &&
		(bytes == length || name[length] == ':');
}
