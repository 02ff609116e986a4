/*-------------------------------------------------------------------------
 *
 * observe.c
 *	  Those who only look: readers of a STRICT scope, and the sampler of waits.
 *
 *-------------------------------------------------------------------------
 */
#include <stdlib.h>
#include <string.h>

#include "record.h"

#define READ_PAUSE		INT64_C(10000)
#define READ_ALL		20		/* every so many readings the whole scope */
#define SAMPLE_PAUSE	INT64_C(10000)

/*
 * find_counter waits for the scope's first number; false if the time is over.
 */
static bool
find_counter(Connection *connection, const char *scope, char *counter_id)
{
	const char *params[2] = {scope_type(scope), scope_value(scope)};

	while (!shared->stop)
	{
		Answer	   *answer;

		if (connection->conn == NULL && !connection_open(connection, "history reader"))
			return false;
		answer = ask(connection, "SELECT counter_id FROM docnum.counter"
					 " WHERE document_type = $1 AND scope = $2", 2, params);
		if (answer->kind == ANSWER_OK && PQntuples(answer->result) > 0)
		{
			snprintf(counter_id, SCOPE_SIZE, "%s", answer_text(answer, 0, 0));
			return true;
		}
		nap(READ_PAUSE);
	}
	return false;
}

/*
 * reader_run reads a scope again and again, in one snapshot each: how many
 * numbers it has above a floor, the largest, the sum of their values, and that
 * of their tags' hashes.
 */
void
reader_run(int process, int scope_number)
{
	Connection	connection = {0};
	FILE	   *file = history_file("readings", process);
	char		scope[SCOPE_SIZE];
	char		counter_id[SCOPE_SIZE];
	char		floor_text[32];
	const char *params[2] = {counter_id, floor_text};
	int64_t		largest = 0;

	snprintf(scope, sizeof(scope), "%s/%s%d", STRICT_TYPE, options.prefix, scope_number);
	if (find_counter(&connection, scope, counter_id))
	{
		for (int n = 1; !shared->stop; n++)
		{
			int64_t		from = n % READ_ALL == 0 ? 0 : largest;
			Answer	   *answer;

			if (connection.conn == NULL && !connection_open(&connection, "history reader"))
				break;
			snprintf(floor_text, sizeof(floor_text), "%lld", (long long) from);
			answer = ask(&connection,
						 "SELECT count(*), coalesce(max(value), $2::bigint),"
						 " coalesce(sum(value), 0),"
						 " coalesce(sum(hashtext(metadata ->> 'tag')::bigint), 0)"
						 " FROM docnum.number WHERE counter_id = $1 AND value > $2::bigint",
						 2, params);
			if (answer->kind != ANSWER_OK)
				continue;
			fprintf(file, "%d\t%s\t%lld\t%lld\t%lld", process, scope, (long long) from,
					(long long) answer->call, (long long) answer->returned);
			for (int column = 0; column < 4; column++)
				put_text(file, answer_text(answer, 0, column));
			fputc('\n', file);
			largest = answer_number(answer, 0, 1);
			nap(random_below(READ_PAUSE));
		}
	}
	connection_close(&connection);
	fclose(file);
}

/*
 * sample looks for waits once.  A session that was idle before the first
 * question and still is at the second was idle in between, when it held a
 * lock or was waited for: so nothing here depends on how long anything took.
 *
 *	 idle	   a session with an open transaction that does nothing
 *	 held	   holds the lock of a CONCURRENT scope
 *	 waited	   is waited for by a session that takes a number of such a scope
 */
static void
sample(Connection *connection, FILE * file)
{
	char		since[32];
	char	   *suspects;
	const char *params[2];
	Answer	   *answer;

	/*
	 * What is locked and who waits for whom; process 0 is a prepared
	 * transaction.
	 */
	answer = ask(connection,
				 "SELECT (extract(epoch FROM statement_timestamp()) * 1000000)::bigint,"
				 " coalesce(string_agg(format('%s %s %s %s', kind, pid, detail, waiting), ','), '')"
				 " FROM (SELECT 'held' AS kind, coalesce(l.pid, 0) AS pid,"
				 "   c.document_type || '/' || c.scope AS detail, '-' AS waiting"
				 "  FROM pg_locks l JOIN docnum.counter c"
				 "   ON l.classid = (c.counter_id >> 32)::oid"
				 "   AND l.objid = (c.counter_id & x'ffffffff'::bigint)::oid"
				 "  WHERE l.locktype = 'advisory' AND l.objsubid = 3340 AND l.granted"
				 "   AND c.document_type = '" CONCURRENT_TYPE "'"
				 " UNION ALL SELECT 'waited', blocker, a.pid::text, to_char(a.query_start, 'HH24:MI:SS.US')"
				 "  FROM pg_stat_activity a"
				 "   CROSS JOIN LATERAL unnest(pg_blocking_pids(a.pid)) AS blocker"
				 "  WHERE a.wait_event_type = 'Lock' AND a.query LIKE '%-- CONCURRENT') x",
				 0, NULL);
	if (answer->kind != ANSWER_OK)
		return;
	snprintf(since, sizeof(since), "%s", answer_text(answer, 0, 0));
	suspects = strdup(answer_text(answer, 0, 1));

	/* Who was idle all the time, and who waits still, in the same statement. */
	params[0] = since;
	params[1] = suspects;
	answer = ask(connection,
				 "WITH idle AS (SELECT pid FROM pg_stat_activity"
				 "  WHERE state = 'idle in transaction'"
				 "   AND extract(epoch FROM state_change) * 1000000 < $1::bigint - 1000)"
				 " SELECT 'idle', pid::text, '' FROM idle"
				 " UNION ALL SELECT s[1], s[2], s[3]"
				 "  FROM unnest(string_to_array($2, ',')) u, string_to_array(u, ' ') s"
				 "  WHERE s[2]::int IN (SELECT pid FROM idle UNION SELECT 0)"
				 "   AND (s[1] = 'held' OR EXISTS (SELECT FROM pg_stat_activity a"
				 "    WHERE a.pid = s[3]::int AND to_char(a.query_start, 'HH24:MI:SS.US') = s[4]))",
				 2, params);
	free(suspects);
	if (answer->kind != ANSWER_OK)
		return;
	for (int row = 0; row < PQntuples(answer->result); row++)
	{
		fprintf(file, "%lld", (long long) answer->call);
		for (int column = 0; column < 3; column++)
			put_text(file, answer_text(answer, row, column));
		fputc('\n', file);
	}
}

void
sampler_run(void)
{
	Connection	connection = {0};
	FILE	   *file = history_file("waits", 0);

	while (!shared->stop &&
		   (connection.conn != NULL || connection_open(&connection, "history sampler")))
	{
		sample(&connection, file);
		nap(SAMPLE_PAUSE);
	}
	connection_close(&connection);
	fclose(file);
}
