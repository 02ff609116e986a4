/*-------------------------------------------------------------------------
 *
 * drain.c
 *	  After a run: new sessions take numbers until every hole is filled.
 *
 * In each scope of the history a new session takes numbers one after another,
 * until its last one is above all that were there and no hole is left, or as
 * many were taken as may be needed at most (see src/allocate.c: a value that D
 * others are above of comes back within max(64, 5.3 D) further ones).  They are
 * written down like any other transaction, as those of client 0.
 *
 *-------------------------------------------------------------------------
 */
#include <stdlib.h>
#include <string.h>

#include "record.h"

#define LEAST_BOUND 64

typedef struct Drain
{
	Connection	connection;
	FILE	   *transactions;
	FILE	   *operations;
	int			taken;			/* in all scopes */
} Drain;

/*
 * must ask: here nothing may fail.
 */
static Answer *
must_ask(Drain *drain, const char *sql, int n, const char *const *params)
{
	Answer	   *answer = ask(&drain->connection, sql, n, params);

	if (answer->kind != ANSWER_OK)
		die("drain: %s: %s", answer->sqlstate, sql);
	return answer;
}

/*
 * take_one takes a number and writes it down.
 */
static int64_t
take_one(Drain *drain, const char *type, const char *scope)
{
	char		tag[TAG_SIZE];
	const char *params[3] = {type, scope, tag};
	int			number = ++drain->taken;
	Answer	   *answer;
	int64_t		value;

	snprintf(tag, sizeof(tag), "%s0-%d", options.prefix, number);
	answer = must_ask(drain,
					  "SELECT docnum_next($1, $2::text, NULL, jsonb_build_object('tag', $3::text))",
					  3, params);
	value = strtoll(strrchr(answer_text(answer, 0, 0), '-') + 1, NULL, 10);
	fprintf(drain->transactions, "0\t%d\tREAD COMMITTED\tsingle\tok\t\\N\t%lld\t%lld\t%lld\t%lld\n",
			number, (long long) answer->call, (long long) answer->call,
			(long long) answer->returned, (long long) answer->call);
	fprintf(drain->operations, "0\t%d\t%d\tnext\t%s/%s\t%s\t\\N\t%lld\t%lld\tok\t\\N\t%lld"
			"\t\\N\t\\N\t\\N\t\\N\n",
			number, number, type, scope, tag, (long long) answer->call,
			(long long) answer->returned, (long long) value);
	return value;
}

/*
 * drain_scope fills the holes of one scope, over a connection of its own.
 */
static void
drain_scope(Drain *drain, const char *type, const char *scope)
{
	const char *params[2] = {type, scope};
	Answer	   *answer;
	int64_t		last;
	int64_t		holes;
	double		bound = LEAST_BOUND;

	if (!connection_open(&drain->connection, "history drain"))
		die("drain: cannot connect");
	answer = must_ask(drain,
					  "WITH n AS (SELECT value, lag(value, 1, first_value - 1)"
					  "   OVER (ORDER BY value) AS before, max(value) OVER () AS last"
					  "  FROM docnum.number JOIN (SELECT DISTINCT counter_id, first_value"
					  "   FROM docnum.counter WHERE document_type = $1 AND scope = $2) c"
					  "   USING (counter_id))"
					  " SELECT coalesce(max(last), 0), coalesce(sum(value - before - 1), 0),"
					  "  coalesce(max(last - before - 1) FILTER (WHERE value > before + 1), 0)"
					  " FROM n", 2, params);
	last = answer_number(answer, 0, 0);
	holes = answer_number(answer, 0, 1);
	if (5.3 * answer_number(answer, 0, 2) > bound)
		bound = 5.3 * answer_number(answer, 0, 2);

	for (int64_t value = 0; value <= last || (holes > 0 && bound > 0); bound--)
	{
		value = take_one(drain, type, scope);
		holes -= (value < last);
	}
	connection_close(&drain->connection);
}

void
drain_run(void)
{
	Drain		drain = {.transactions = history_file("transactions", 0)};
	Connection	list = {0};
	const char *params[1] = {options.prefix};
	Answer	   *scopes;

	drain.operations = history_file("operations", 0);
	if (!connection_open(&list, "history drain"))
		die("drain: cannot connect");
	scopes = ask(&list, "SELECT DISTINCT document_type, scope FROM docnum.counter"
				 " WHERE starts_with(scope, $1) ORDER BY 1, 2", 1, params);
	if (scopes->kind != ANSWER_OK)
		die("drain: %s", scopes->sqlstate);
	for (int row = 0; row < PQntuples(scopes->result); row++)
		drain_scope(&drain, answer_text(scopes, row, 0), answer_text(scopes, row, 1));
	connection_close(&list);
	fclose(drain.operations);
	fclose(drain.transactions);
}
