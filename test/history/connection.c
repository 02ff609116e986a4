/*-------------------------------------------------------------------------
 *
 * connection.c
 *	  Questions to the server, and the three ways in which they end: an answer,
 *	  an error, or nobody knows.
 *
 * Always the extended protocol, as drivers do: a portal then lives through the
 * commit of a statement on its own.
 *
 *-------------------------------------------------------------------------
 */
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "record.h"

#define RETRY		INT64_C(20000)	/* pause between tries to connect */

static void
forget_answer(Connection *connection)
{
	PQclear(connection->answer.result);
	memset(&connection->answer, 0, sizeof(connection->answer));
}

void
connection_close(Connection *connection)
{
	forget_answer(connection);
	PQfinish(connection->conn);
	connection->conn = NULL;
}

/*
 * ask asks and waits for the answer; a lost connection is closed.
 */
Answer *
ask(Connection *connection, const char *sql, int n, const char *const *params)
{
	Answer	   *answer = &connection->answer;
	ExecStatusType status;
	const char *sqlstate;
	const char *severity;

	forget_answer(connection);
	answer->call = now();
	answer->result = PQexecParams(connection->conn, sql, n, NULL, params, NULL, NULL, 0);
	answer->returned = now();
	status = PQresultStatus(answer->result);
	if (PQstatus(connection->conn) == CONNECTION_OK &&
		(status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK))
	{
		answer->kind = ANSWER_OK;
		return answer;
	}
	sqlstate = PQresultErrorField(answer->result, PG_DIAG_SQLSTATE);
	severity = PQresultErrorField(answer->result, PG_DIAG_SEVERITY_NONLOCALIZED);
	if (PQstatus(connection->conn) == CONNECTION_OK &&
		sqlstate != NULL && severity != NULL && strcmp(severity, "ERROR") == 0)
	{
		answer->kind = ANSWER_ERROR;
		snprintf(answer->sqlstate, sizeof(answer->sqlstate), "%s", sqlstate);
		if (getenv("DOCNUM_HISTORY_ERRORS") != NULL)
			fprintf(stderr, "%s: %s", sql, PQresultErrorMessage(answer->result));
		return answer;
	}

	/* The server is about to go, or has gone: what it did, nobody knows. */
	answer->kind = ANSWER_LOST;
	answer->returned = NEVER;
	PQfinish(connection->conn);
	connection->conn = NULL;
	return answer;
}

/*
 * connection_open connects; false if the server is away for longer than
 * options.patience.  Errors that are expected must not fill the server's log.
 */
bool
connection_open(Connection *connection, const char *name)
{
	const char *keywords[] = {"dbname", "application_name", "connect_timeout", NULL};
	const char *values[] = {options.connection, name, "5", NULL};
	int64_t		until = now() + options.patience * INT64_C(1000000);

	for (;;)
	{
		connection->conn = PQconnectdbParams(keywords, values, 1);
		if (PQstatus(connection->conn) == CONNECTION_OK &&
			ask(connection, "SET log_min_messages = fatal", 0, NULL)->kind == ANSWER_OK &&
			(!options.asynchronous ||
			 ask(connection, "SET synchronous_commit = off", 0, NULL)->kind == ANSWER_OK))
			return true;
		connection_close(connection);
		if (now() > until)
			return false;
		nap(RETRY);
	}
}

/*
 * leave closes the socket under the server's feet.
 */
void
leave(Connection *connection)
{
	shutdown(PQsocket(connection->conn), SHUT_RDWR);
	PQfinish(connection->conn);
	connection->conn = NULL;
}

/*
 * ask_and_leave asks and is gone before the answer.
 */
Answer *
ask_and_leave(Connection *connection, const char *sql, int n, const char *const *params)
{
	Answer	   *answer = &connection->answer;

	forget_answer(connection);
	answer->kind = ANSWER_LOST;
	answer->call = now();
	answer->returned = NEVER;
	if (PQsendQueryParams(connection->conn, sql, n, NULL, params, NULL, NULL, 0))
		(void) PQflush(connection->conn);
	leave(connection);
	return answer;
}

const char *
answer_text(const Answer *answer, int row, int column)
{
	return PQgetvalue(answer->result, row, column);
}

int64_t
answer_number(const Answer *answer, int row, int column)
{
	return strtoll(answer_text(answer, row, column), NULL, 10);
}
