/*-------------------------------------------------------------------------
 *
 * target.c
 *	  What a call is about: type, scope and date, resolved and locked.
 *
 * Whoever gives numbers, or marks values, first finds out which counter is
 * meant, under the definition of now, and locks its scope: the same steps for
 * all, here.  Order: definition; scope and period; open every relation;
 * counter's row; lock; look at the definition again, and start over if it
 * changed while we waited.
 *
 * A number given by hand says itself where it belongs: its text is parsed, and
 * what it shows of dimensions and date decides; what it does not show comes
 * from scope_value and document_date, which must not contradict it.
 *
 * Locks: RowExclusiveLock on ledger, log, counters and ranges, taken before the
 * scope's lock, never within it.
 *
 * Memory: the values of a target point into the request and the current
 * context; its type and counter are the caches', see there.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/table.h"
#include "access/xact.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "utils/datetime.h"
#include "utils/inval.h"

#include "chronology.h"
#include "debug_point.h"
#include "docnum.h"
#include "installation.h"
#include "lock_wait.h"
#include "target.h"
#include "transaction.h"

/*
 * check_calendar_date raises 22008 for a date that no number can show.
 */
static void
check_calendar_date(const DocumentType *type, int year, int month, int day)
{
	if (!period_date_is_valid(year, month, day))
		ereport(ERROR,
				(errcode(ERRCODE_DATETIME_FIELD_OVERFLOW),
				 errmsg("document date is out of range"),
				 errdetail("Dates from 0001-01-01 to 9999-12-31 can be shown in a number. Document type: \"%s\".",
						   type->name),
				 errhint("Give the document's own date.")));
}

/*
 * target_check_date raises 22008 for a date that no document of the type has.
 */
void
target_check_date(const DocumentType *type, DateADT date)
{
	int			year,
				month,
				day;

	j2date(date + POSTGRES_EPOCH_JDATE, &year, &month, &day);
	check_calendar_date(type, year, month, day);
}

/*
 * set_calendar_date sets the date of a target; raises 22008.
 */
static void
set_calendar_date(Target *target, int year, int month, int day)
{
	check_calendar_date(target->type, year, month, day);
	target->date = date2j(year, month, day) - POSTGRES_EPOCH_JDATE;
	period_fields(year, month, day, target->type->fiscal_year_start, &target->values.date);
}

/*
 * set_today sets the day of the transaction's start in the type's time zone.
 */
static void
set_today(Target *target)
{
	struct pg_tm tm;
	fsec_t		fsec;
	int			offset;

	if (timestamp2tm(GetCurrentTransactionStartTimestamp(), &offset, &tm, &fsec,
					 NULL, target->type->time_zone) != 0)
		ereport(ERROR,
				(errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
				 errmsg("timestamp out of range")));
	set_calendar_date(target, tm.tm_year, tm.tm_mon, tm.tm_mday);
}

/*
 * set_date finds the date that the number depends on: the one given, or the
 * day of the transaction's start in the type's time zone.
 */
static void
set_date(const TargetRequest *request, Target *target)
{
	target->has_date = request->has_date || document_type_uses_date(target->type);
	if (request->has_date)
	{
		int			year,
					month,
					day;

		j2date(request->date + POSTGRES_EPOCH_JDATE, &year, &month, &day);
		set_calendar_date(target, year, month, day);
	}
	else if (target->has_date)
		set_today(target);
}

/*
 * names_it: is the number named what the target's values render to?
 */
static bool
names_it(const Target *target, const char *number)
{
	char		text[FORMAT_TEXT_SIZE];

	format_render(&target->type->format, &target->values, text, sizeof(text));
	return strcmp(text, number) == 0;
}

/*
 * place_date finds the date that a number belongs to: the one given, which
 * must not contradict it; today, if the number can be of today; else one that
 * the number shows, and then only a date that it shows whole is the
 * document's.
 */
static bool
place_date(const TargetRequest *request, const FormatParsed *parsed, Target *target,
		   Problem *problem)
{
	const Format *format = &target->type->format;
	FormatDate	date;

	set_date(request, target);
	if (!target->has_date || names_it(target, request->number))
		return true;
	if (request->has_date)
	{
		problem_set(problem, "document number does not match the document date");
		problem_detail(problem, "The number shows another date.");
		return problem_hint(problem, "Leave document_date out, or correct it.");
	}
	(void) format_find_date(format, parsed, target->values.date.year, &date);
	if (!format_shows_period(format, target->type->scope.period))
	{
		problem_set(problem, "document number does not tell its period");
		problem_detail(problem, "It cannot be of today, and the format does not show all of the period.");
		return problem_hint(problem, "Give the document's date: document_date => '...'.");
	}
	if (!parsed->has_year && !parsed->has_iso_year && !parsed->has_fiscal_year &&
		!parsed->has_fiscal_year_end)
	{
		problem_set(problem, "document number does not tell its year");
		problem_detail(problem, "It cannot be of today, and the format shows no year.");
		return problem_hint(problem, "Give the document's date: document_date => '...'.");
	}
	set_calendar_date(target, date.year, date.month, date.day);
	target->has_date = parsed->has_year && parsed->month != 0 && parsed->day != 0;
	return true;
}

/*
 * place_scope takes the values of dimensions from the number where it shows
 * them, from the request where it does not.  Raises NB009.
 */
static bool
place_scope(const TargetRequest *request, const FormatParsed *parsed, Target *target,
			Problem *problem)
{
	const ScopeSpec *spec = &target->type->scope;
	bool		given = request->scope.text != NULL || request->scope.object != NULL;
	bool		complete = true;
	bool		utf8 = GetDatabaseEncoding() == PG_UTF8;

	for (int i = 0; i < spec->ndimensions; i++)
		complete = complete && parsed->dimension[i].bytes > 0;
	if (given || !complete)
		scope_value_resolve(target->type, &request->scope, target->values.dimension);
	for (int i = 0; i < spec->ndimensions; i++)
	{
		ScopeValue *value = &target->values.dimension[i];
		const ScopeValue *shown = &parsed->dimension[i];

		if (shown->bytes == 0)
			continue;
		if (given && (value->bytes != shown->bytes ||
					  memcmp(value->text, shown->text, shown->bytes) != 0))
		{
			problem_set(problem, "document number does not match the scope value");
			problem_detail(problem, "It shows %.*s as %s.", (int) shown->bytes, shown->text,
						   spec->name[i]);
			return problem_hint(problem, "Leave scope_value out, or correct it.");
		}
		*value = *shown;
		if (!scope_value_check(spec->name[i], value, utf8, problem))
			return false;
	}
	return true;
}

/*
 * place finds the counter and value that the number named belongs to; false
 * with a problem if the format gives no such number there.
 */
static bool
place(const TargetRequest *request, Target *target, Problem *problem)
{
	FormatParsed parsed;

	if (!format_parse(&target->type->format, request->number, strlen(request->number),
					  &parsed, problem))
		return false;
	target->values.sequence = parsed.sequence;
	return place_scope(request, &parsed, target, problem) &&
		place_date(request, &parsed, target, problem);
}

/*
 * find_counter finds the counter of a target whose values are known.
 */
static void
find_counter(Target *target)
{
	target->scope_bytes = scope_canonical(&target->type->scope, target->values.dimension,
										  &target->values.date,
										  target->type->fiscal_year_start, target->scope);
	target->counter = counter_get(target->type, target->scope, target->scope_bytes);
}

/*
 * target_resolve finds out what a request means: type, values, counter.
 * Raises NB001, NB006, NB009, 22008.
 */
void
target_resolve(const TargetRequest *request, Target *target)
{
	Problem		problem = {0};

	memset(&target->values, 0, sizeof(target->values));
	target->type = document_type_get(request->document_type);
	if (request->number == NULL)
	{
		set_date(request, target);
		scope_value_resolve(target->type, &request->scope, target->values.dimension);
	}
	else if (!place(request, target, &problem))
		problem_raise(ERRCODE_DOCNUM_INVALID_FORMAT, &problem, target->type->name);
	find_counter(target);
}

/*
 * target_fits: does the type's format give the number named, where the request
 * says?  Else the problem tells why not.
 */
bool
target_fits(const TargetRequest *request, Problem *problem)
{
	Target		target;

	memset(&target.values, 0, sizeof(target.values));
	target.type = document_type_get(request->document_type);
	return place(request, &target, problem);
}

/*
 * open_relations opens all that a call may touch, before any scope is locked.
 */
static void
open_relations(void *arg)
{
	TargetRelations *relations = arg;

	installation_note_write();
	ledger_open(&relations->ledger, RowExclusiveLock);
	relations->log = catalog_open(CATALOG_AUDIT_LOG, RowExclusiveLock);
	relations->counters = catalog_open(CATALOG_COUNTER, RowExclusiveLock);
	relations->ranges = catalog_open(CATALOG_RANGE, RowExclusiveLock);
}

/*
 * target_close closes the relations; their locks stay to the end of the
 * transaction.
 */
void
target_close(TargetRelations *relations)
{
	table_close(relations->ranges, NoLock);
	table_close(relations->counters, NoLock);
	table_close(relations->log, NoLock);
	ledger_close(&relations->ledger);
}

/*
 * target_lock opens the relations and locks the scope that the request means;
 * a STRICT one to the end of the transaction, a CONCURRENT one until
 * target_unlock.  A definition that changed while we waited means another
 * scope, perhaps: then everything starts over.  Raises what target_resolve
 * raises, and NB003.
 */
void
target_lock(const TargetRequest *request, Target *target, TargetRelations *relations)
{
	for (;;)
	{
		int			held = transaction_scopes_held();
		bool		strict;

		CHECK_FOR_INTERRUPTS();
		target_resolve(request, target);
		if (!lock_wait_bounded(open_relations, relations))
			counter_timed_out(target->counter, "a lock on docnum's tables");
		if (document_type_refresh(&target->type))
		{
			strict = target->type->strict;
			(void) document_types_are_mixed();	/* read now, remembered then */
			counter_ensure_row(target->counter, relations->counters);
			chronology_lock(target->type, target->counter);
			counter_lock(target->counter, !strict ? HOLD_BRIEFLY :
						 target->type->early_release ? HOLD_TO_COMMIT : HOLD_TO_END);

			/* Whoever held the scope sent his news before he let go of it. */
			AcceptInvalidationMessages();
			if (document_type_refresh(&target->type))
			{
				DEBUG_POINT("scope_locked");
				return;
			}
			if (strict)
				transaction_unlock_since(held);
			else
				counter_unlock(target->counter);
		}
		target_close(relations);
	}
}

/*
 * target_hold keeps the scope locked to the end of the transaction, for a
 * change that must not be seen half: target_unlock is not called then.
 */
void
target_hold(const Target *target)
{
	if (!target->type->strict)
		counter_hold(target->counter);
}

/*
 * target_unlock lets go of a CONCURRENT scope.
 */
void
target_unlock(const Target *target)
{
	if (!target->type->strict)
		counter_unlock(target->counter);
}

/*
 * target_render writes the number of the target's values; raises 22001 if it
 * is longer than the type allows.
 */
char *
target_render(const Target *target)
{
	char		text[FORMAT_TEXT_SIZE];
	size_t		bytes = format_render(&target->type->format, &target->values,
									  text, sizeof(text));

	if (bytes > (size_t) target->type->max_length &&
		pg_mbstrlen_with_len(text, bytes) > target->type->max_length)
		ereport(ERROR,
				(errcode(ERRCODE_STRING_DATA_RIGHT_TRUNCATION),
				 errmsg("document number is too long: %d characters, %d allowed",
						pg_mbstrlen_with_len(text, bytes), target->type->max_length),
				 errdetail("Document type: \"%s\", scope: %s, value: " INT64_FORMAT ".",
						   target->type->name, counter_quote_scope(target->scope), target->values.sequence),
				 errhint("Use shorter scope values, or raise max_length.")));
	return pnstrdup(text, bytes);
}

/*
 * target_fill_row describes the number of the target's values to the ledger;
 * state and metadata are the caller's to set.
 */
void
target_fill_row(const Target *target, LedgerRow *row)
{
	row->counter_id = target->counter->id;
	row->value = target->values.sequence;
	row->uniqueness_id = target->type->unique_per_scope ? target->counter->id : 0;
	row->has_date = target->has_date;
	row->document_date = target->has_date ? target->date : 0;
	row->document_type = target->type->name;
	row->document_number = target_render(target);
}

/*
 * target_scope returns the canonical scope, NULL for GLOBAL.
 */
char *
target_scope(const Target *target)
{
	return target->scope_bytes ? pnstrdup(target->scope, target->scope_bytes) : NULL;
}
