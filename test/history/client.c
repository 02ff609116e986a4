/*-------------------------------------------------------------------------
 *
 * client.c
 *	  A client: random transactions, one after the other, each written down.
 *
 * A transaction is a statement on its own, or a block with savepoints, some
 * rolled back, that ends by COMMIT, ROLLBACK, PREPARE TRANSACTION, or because
 * the client is gone.  Now and then the client holds a block idle, and now and
 * then it closes the socket without reading the answer: then nobody knows.
 *
 * A transaction touches a token once at most, and none that it reserved, so
 * that what it saw of a token is what others had committed.
 *
 *-------------------------------------------------------------------------
 */
#include <stdlib.h>
#include <string.h>

#include "record.h"

#define MAX_OPERATIONS	32
#define MAX_DEPTH		3
#define DEBUG_INTERVAL	40		/* transactions until the debug point is set */
#define FINISH_TRIES	25
#define FINISH_PAUSE	INT64_C(20000)

typedef enum OperationKind
{
	NEXT,
	INSERT,						/* a document whose number docnum_next gives */
	RESERVE,
	CONFIRM,
	CANCEL,
	VOID,
	EXTEND,
	EXPIRE
} OperationKind;

static const char *const kind_names[] = {
	"next", "insert", "reserve", "confirm", "cancel", "void", "extend", "expire"
};

typedef struct Operation
{
	int			number;
	OperationKind kind;
	char		scope[SCOPE_SIZE];
	char		tag[TAG_SIZE];
	char		token[TOKEN_SIZE];
	int64_t		call;
	int64_t		returned;
	const char *result;			/* ok, false, error, unknown */
	char		sqlstate[6];
	int64_t		value;
	int64_t		limit;			/* when the reservation expires */
	int64_t		undo_call;		/* of the savepoint that was rolled back */
	int64_t		undo_returned;
	char		xid[24];
} Operation;

typedef struct Client
{
	int			number;
	Connection	connection;
	FILE	   *transactions;
	FILE	   *operations;
	int			next_operation;

	/* the transaction in hand */
	int			transaction;
	const char *isolation;
	int64_t		begin_call;
	int64_t		alive;			/* the last answer, other than a lost one */
	int64_t		failed_call;	/* of the statement that failed */
	char		sqlstate[6];
	int			strict_floor;	/* STRICT scopes are used in this order */
	int			nops;
	Operation	op[MAX_OPERATIONS];
} Client;

typedef enum Progress
{
	GOING,
	FAILED,
	LOST
} Progress;

/*
 * question asks, but leaves before the answer once in a while.
 */
static Answer *
question(Client *client, const char *sql, int n, const char *const *params)
{
	if (options.losses > 0 && random_below(options.losses) == 0)
		return ask_and_leave(&client->connection, sql, n, params);
	return ask(&client->connection, sql, n, params);
}

static Progress
progress(Client *client, const Answer *answer)
{
	if (answer->kind == ANSWER_LOST)
		return LOST;
	if (answer->kind == ANSWER_OK)
	{
		client->alive = answer->returned;
		return GOING;
	}
	client->failed_call = answer->call;
	memcpy(client->sqlstate, answer->sqlstate, sizeof(client->sqlstate));
	return FAILED;
}

/* ---- tokens ------------------------------------------------------------ */

static void
publish(const Operation *op)
{
	SharedToken *slot;

	pthread_mutex_lock(&shared->mutex);
	slot = &shared->token[shared->tokens++ % SHARED_TOKENS];
	memcpy(slot->token, op->token, sizeof(slot->token));
	memcpy(slot->scope, op->scope, sizeof(slot->scope));
	slot->value = op->value;
	pthread_mutex_unlock(&shared->mutex);
}

/*
 * publish_number lets anyone void a number that was taken in one step.
 */
static void
publish_number(const Operation *op)
{
	SharedToken *slot;

	pthread_mutex_lock(&shared->mutex);
	slot = &shared->issued[shared->numbers++ % SHARED_TOKENS];
	memcpy(slot->scope, op->scope, sizeof(slot->scope));
	slot->value = op->value;
	pthread_mutex_unlock(&shared->mutex);
}

/*
 * pick_number picks one of these, the newest ones most often.
 */
static bool
pick_number(SharedToken *picked)
{
	int			known;

	pthread_mutex_lock(&shared->mutex);
	known = shared->numbers < SHARED_TOKENS ? (int) shared->numbers : SHARED_TOKENS;
	if (known > 0)
		*picked = shared->issued[(shared->numbers - 1 -
								  random_below(chance(70) && known > 20 ? 20 : known)) % SHARED_TOKENS];
	pthread_mutex_unlock(&shared->mutex);
	return known > 0;
}

/*
 * pick_token picks a published token that the transaction has not touched yet,
 * the newest ones most often.
 */
static bool
pick_token(const Client *client, SharedToken *picked)
{
	int			known;

	pthread_mutex_lock(&shared->mutex);
	known = shared->tokens < SHARED_TOKENS ? (int) shared->tokens : SHARED_TOKENS;
	if (known > 0)
	{
		int			back = random_below(chance(70) && known > 20 ? 20 : known);

		*picked = shared->token[(shared->tokens - 1 - back) % SHARED_TOKENS];
	}
	pthread_mutex_unlock(&shared->mutex);
	if (known == 0)
		return false;
	for (int i = 0; i < client->nops; i++)
	{
		if (strcmp(client->op[i].token, picked->token) == 0)
			return false;
	}
	return true;
}

/* ---- operations -------------------------------------------------------- */

/*
 * choose_scope picks a scope: mostly one of the busy ones, sometimes one that
 * changes every moment, so that many use it first at the same time.
 */
static void
choose_scope(Client *client, char *scope)
{
	int			busy = options.concurrent_scopes + options.strict_scopes;
	int			choice = random_below(busy);
	bool		strict = choice >= options.concurrent_scopes;

	if (chance(4))
	{
		if (strict)
			client->strict_floor = busy;
		snprintf(scope, SCOPE_SIZE, "%s/%sf%lld", strict ? STRICT_TYPE : CONCURRENT_TYPE,
				 options.prefix, (long long) (now() - shared->start) / 500000);
		return;
	}
	if (strict)
	{
		/* In one order, or there would be more deadlocks than commits. */
		if (choice < client->strict_floor && !chance(2))
			choice = client->strict_floor < busy ? client->strict_floor : busy - 1;
		client->strict_floor = choice;
		choice -= options.concurrent_scopes;
	}
	snprintf(scope, SCOPE_SIZE, "%s/%s%d", strict ? STRICT_TYPE : CONCURRENT_TYPE,
			 options.prefix, choice + 1);
}

static OperationKind
choose_kind(const Client *client, SharedToken *token)
{
	int			choice = random_below(100);
	bool		durably = options.asynchronous && client->nops == 0;

	/*
	 * Where the client wants no commit to be durable, only those are that
	 * took or confirmed a number: there each transaction begins with that.
	 */
	if (choice < 4 && !durably)
		return EXPIRE;
	if (choice < 28 && pick_token(client, token))
		return choice < 17 || durably ? CONFIRM : choice < 23 ? CANCEL : EXTEND;
	if (choice >= 95 && !durably && pick_number(token))
		return VOID;
	return choice < 50 ? RESERVE : choice < 75 ? INSERT : NEXT;
}

/*
 * value_of reads the value from a number, which the formats put last.
 */
static int64_t
value_of(const char *document_number)
{
	return strtoll(strrchr(document_number, '-') + 1, NULL, 10);
}

/*
 * take asks for a number in one step or two.
 */
static void
take(Client *client, Operation *op)
{
	static const char *const asks[] = {
		[NEXT] = "SELECT docnum_next($1, $2::text, NULL, jsonb_build_object('tag', $3::text))",
		[INSERT] = "INSERT INTO document (tag, number) VALUES ($3::text,"
		" docnum_next($1, $2::text, NULL, jsonb_build_object('tag', $3::text)))"
		" RETURNING number",
		[RESERVE] = "SELECT document_number, token,"
		" (extract(epoch FROM expires_at) * 1000000)::bigint"
		" FROM docnum_reserve($1, $2::text, jsonb_build_object('tag', $3::text), $4::interval)"
	};
	char		sql[512];
	char		ttl[32] = "1 hour";
	const char *params[4];
	Answer	   *answer;

	choose_scope(client, op->scope);
	if (chance(15))
		snprintf(ttl, sizeof(ttl), "%d ms", 20 + random_below(200));
	params[0] = scope_type(op->scope);
	params[1] = scope_value(op->scope);
	params[2] = op->tag;
	params[3] = ttl;

	/* The comment tells the sampler what it looks at. */
	snprintf(sql, sizeof(sql), "%s%s", asks[op->kind],
			 scope_is_strict(op->scope) ? "" : " -- CONCURRENT");
	answer = question(client, sql, op->kind == RESERVE ? 4 : 3, params);
	if (answer->kind != ANSWER_OK)
		return;
	op->value = value_of(answer_text(answer, 0, 0));
	if (op->kind == RESERVE)
	{
		snprintf(op->token, sizeof(op->token), "%s", answer_text(answer, 0, 1));
		op->limit = answer_number(answer, 0, 2) - clock_offset();

		/* Whose transaction is still open: others find no such token. */
		if (chance(3))
			publish(op);
	}
}

/*
 * use_token confirms, cancels or extends a reservation, whoever made it.
 */
static void
use_token(Client *client, Operation *op, const SharedToken *token)
{
	const char *params[2] = {op->token, op->tag};
	Answer	   *answer;

	memcpy(op->token, token->token, sizeof(op->token));
	memcpy(op->scope, token->scope, sizeof(op->scope));
	op->value = token->value;
	if (op->kind == CONFIRM)
	{
		answer = question(client,
						  "SELECT docnum_confirm($1, jsonb_build_object('confirmed_by', $2::text))",
						  2, params);
		if (answer->kind == ANSWER_OK)
			op->value = value_of(answer_text(answer, 0, 0));
	}
	else if (op->kind == CANCEL)
	{
		answer = question(client, "SELECT docnum_cancel($1, $2)", 2, params);
		if (answer->kind == ANSWER_OK && strcmp(answer_text(answer, 0, 0), "f") == 0)
			op->result = "false";
	}
	else
	{
		params[1] = chance(30) ? "100 ms" : "1 hour";
		answer = question(client,
						  "SELECT (extract(epoch FROM docnum_extend($1, $2::interval)) * 1000000)::bigint",
						  2, params);
		if (answer->kind == ANSWER_OK)
			op->limit = answer_number(answer, 0, 0) - clock_offset();
	}
}

/*
 * void_number voids a number that somebody took in one step.
 */
static void
void_number(Client *client, Operation *op, const SharedToken *number)
{
	char		text[SCOPE_SIZE + 32];
	const char *params[2] = {text, op->tag};

	memcpy(op->scope, number->scope, sizeof(op->scope));
	op->value = number->value;
	snprintf(text, sizeof(text), "%s-%s-%06lld", scope_type(op->scope), scope_value(op->scope),
			 (long long) op->value);
	question(client, "SELECT docnum_void($1, $2)", 2, params);
}

static void
expire(Client *client, Operation *op)
{
	Answer	   *answer = question(client, "SELECT docnum_expire(), pg_current_xact_id()", 0, NULL);

	if (answer->kind == ANSWER_OK)
	{
		op->value = answer_number(answer, 0, 0);
		snprintf(op->xid, sizeof(op->xid), "%s", answer_text(answer, 0, 1));
	}
}

static Progress
run_operation(Client *client)
{
	Operation  *op = &client->op[client->nops];
	Answer	   *answer = &client->connection.answer;
	SharedToken token;

	if (client->nops == MAX_OPERATIONS)
		return GOING;
	memset(op, 0, sizeof(*op));
	op->number = ++client->next_operation;
	op->kind = choose_kind(client, &token);
	op->value = op->limit = op->undo_call = op->undo_returned = NEVER;
	op->result = "ok";
	if (op->kind <= VOID)
		snprintf(op->tag, sizeof(op->tag), "%s%d-%d", options.prefix, client->number, op->number);

	if (op->kind <= RESERVE)
		take(client, op);
	else if (op->kind == EXPIRE)
		expire(client, op);
	else if (op->kind == VOID)
		void_number(client, op, &token);
	else
		use_token(client, op, &token);

	client->nops++;
	op->call = answer->call;
	op->returned = answer->returned;
	if (answer->kind == ANSWER_ERROR)
		op->result = "error";
	else if (answer->kind == ANSWER_LOST)
		op->result = "unknown";
	memcpy(op->sqlstate, answer->sqlstate, sizeof(op->sqlstate));
	return progress(client, answer);
}

/* ---- writing down ------------------------------------------------------ */

/*
 * put_transaction writes the transaction down; its reservations can be
 * finished by anyone now.  Until held the transaction was alive for certain:
 * where no answer came, the server may have been gone before the call.
 */
static void
put_transaction(Client *client, const char *ending, const char *outcome,
				int64_t end_call, int64_t end_returned, int64_t held)
{
	FILE	   *file = client->transactions;

	fprintf(file, "%d\t%d\t%s", client->number, client->transaction, client->isolation);
	put_text(file, ending);
	put_text(file, outcome);
	put_text(file, client->sqlstate);
	put_time(file, client->begin_call);
	put_time(file, end_call);
	put_time(file, end_returned);
	put_time(file, held);
	fputc('\n', file);

	file = client->operations;
	for (int i = 0; i < client->nops; i++)
	{
		Operation  *op = &client->op[i];

		fprintf(file, "%d\t%d\t%d\t%s", client->number, client->transaction, op->number,
				kind_names[op->kind]);
		put_text(file, op->scope);
		put_text(file, op->tag);
		put_text(file, op->token);
		put_time(file, op->call);
		put_time(file, op->returned);
		put_text(file, op->result);
		put_text(file, op->sqlstate);
		put_time(file, op->value);
		put_time(file, op->limit);
		put_time(file, op->undo_call);
		put_time(file, op->undo_returned);
		put_text(file, op->xid);
		fputc('\n', file);
		if (op->kind == RESERVE && op->token[0] != '\0' && op->undo_call == NEVER &&
			strcmp(outcome, "fail") != 0)
			publish(op);
		if (op->kind < RESERVE && op->value != NEVER && op->undo_call == NEVER &&
			strcmp(outcome, "fail") != 0)
			publish_number(op);
	}
}

/* ---- transactions ------------------------------------------------------ */

/*
 * undo notes that a savepoint was rolled back.
 */
static void
undo(Client *client, int first, int64_t call, int64_t returned)
{
	for (int i = first; i < client->nops; i++)
	{
		if (client->op[i].undo_call == NEVER)
		{
			client->op[i].undo_call = call;
			client->op[i].undo_returned = returned;
		}
	}
}

static Progress run_level(Client *client, int depth);

/*
 * run_savepoint runs a part of a block that may be rolled back by itself.
 */
static Progress
run_savepoint(Client *client, int depth)
{
	int			first = client->nops;
	char		sql[64];
	Answer	   *answer;
	Progress	inner;

	snprintf(sql, sizeof(sql), "SAVEPOINT s%d", depth);
	inner = progress(client, question(client, sql, 0, NULL));
	if (inner == GOING)
		inner = run_level(client, depth);
	if (inner == LOST || (inner == FAILED && chance(30)))
		return inner;

	if (inner == FAILED || chance(40))
	{
		snprintf(sql, sizeof(sql), "ROLLBACK TO SAVEPOINT s%d", depth);
		answer = question(client, sql, 0, NULL);
		if (answer->kind == ANSWER_OK)
		{
			/* A statement that failed has ended what came before it. */
			undo(client, first, inner == FAILED ? client->failed_call : answer->call,
				 answer->returned);
			client->sqlstate[0] = '\0';
		}
	}
	else
	{
		snprintf(sql, sizeof(sql), "RELEASE SAVEPOINT s%d", depth);
		answer = question(client, sql, 0, NULL);
	}
	return progress(client, answer);
}

static Progress
run_level(Client *client, int depth)
{
	for (int steps = 1 + random_below(3); steps > 0; steps--)
	{
		Progress	step = depth < MAX_DEPTH && chance(20)
		? run_savepoint(client, depth + 1)
		: run_operation(client);

		if (step != GOING)
			return step;
	}
	return GOING;
}

/*
 * connect_again: a client whose connection is lost opens another; false if the
 * server is gone.
 */
static bool
connect_again(Client *client)
{
	if (client->connection.conn != NULL)
		return true;
	if (!connection_open(&client->connection, "history client"))
		return false;
	if (chance(30))
		(void) ask(&client->connection, "SET docnum.lock_timeout = '40ms'", 0, NULL);
	return client->connection.conn != NULL || connect_again(client);
}

/*
 * finish_prepared ends a prepared transaction, over a new connection if need
 * be, and writes the transaction down.
 */
static void
finish_prepared(Client *client, const char *gid, bool commit, bool prepared, int64_t prepare_call)
{
	const char *ending = commit ? "commit prepared" : "rollback prepared";
	int64_t		finish_call = NEVER;
	int64_t		held = client->alive;
	int			tries = 0;
	char		sql[128];

	snprintf(sql, sizeof(sql), "%s '%s'", commit ? "COMMIT PREPARED" : "ROLLBACK PREPARED", gid);
	while (tries++ < FINISH_TRIES && connect_again(client))
	{
		Answer	   *answer = question(client, sql, 0, NULL);
		bool		absent = strcmp(answer->sqlstate, "42704") == 0;
		bool		busy = strcmp(answer->sqlstate, "55000") == 0;

		/*
		 * Absent although it was prepared: an answer that was lost has done
		 * it.
		 */
		if (answer->kind == ANSWER_OK || (absent && prepared && finish_call != NEVER))
		{
			if (finish_call == NEVER)
				finish_call = answer->call;
			put_transaction(client, ending, commit ? "ok" : "fail", finish_call,
							answer->returned, finish_call);
			return;
		}
		if (answer->kind == ANSWER_LOST)
		{
			if (finish_call == NEVER)
				finish_call = answer->call;
			if (prepared)
				held = finish_call;
		}
		else if (!busy && (!absent || prepared))
		{
			memcpy(client->sqlstate, answer->sqlstate, sizeof(client->sqlstate));
			break;
		}
		else
			nap(FINISH_PAUSE);
	}

	/* What is left prepared at the end will be committed by somebody. */
	put_transaction(client, ending, prepared && commit ? "prepared" : "unknown",
					finish_call != NEVER ? finish_call : prepare_call, NEVER, held);
}

static void
prepare(Client *client, bool commit)
{
	char		gid[80];
	char		sql[128];
	Answer	   *answer;
	int64_t		call;

	snprintf(gid, sizeof(gid), "%s%d-%d", options.prefix, client->number, client->transaction);
	snprintf(sql, sizeof(sql), "PREPARE TRANSACTION '%s'", gid);
	answer = question(client, sql, 0, NULL);
	call = answer->call;
	if (progress(client, answer) == FAILED)
	{
		put_transaction(client, "prepare", "fail", call, answer->returned, call);
		return;
	}
	if (answer->kind == ANSWER_OK && chance(50))
		nap(1000 + random_below(20000));
	finish_prepared(client, gid, commit, answer->kind == ANSWER_OK, call);
}

static void
end_block(Client *client, const char *ending, bool lose)
{
	bool		commit = strcmp(ending, "commit") == 0;
	Answer	   *answer = lose ? ask_and_leave(&client->connection, ending, 0, NULL)
	: question(client, ending, 0, NULL);

	if (progress(client, answer) == LOST)
		put_transaction(client, ending, commit ? "unknown" : "fail",
						answer->call, NEVER, client->alive);
	else
		put_transaction(client, ending, commit && answer->kind == ANSWER_OK ? "ok" : "fail",
						answer->call, answer->returned, answer->call);
}

static void
run_block(Client *client, bool lose)
{
	static const char *const levels[] = {
		"READ COMMITTED", "REPEATABLE READ", "SERIALIZABLE"
	};
	int			level = chance(60) ? 0 : 1 + random_below(2);
	char		sql[64];
	Progress	body;
	int			choice;

	client->isolation = levels[level];
	snprintf(sql, sizeof(sql), "BEGIN ISOLATION LEVEL %s", levels[level]);
	client->begin_call = client->alive = now();
	body = progress(client, ask(&client->connection, sql, 0, NULL));
	if (body == GOING)
		body = run_level(client, 0);
	if (body == LOST)
	{
		client->sqlstate[0] = '\0';
		put_transaction(client, "closed", "fail", client->connection.answer.call, NEVER,
						client->alive);
		return;
	}
	if (body == FAILED)
	{
		int64_t		call = client->failed_call;
		Answer	   *answer = question(client, "ROLLBACK", 0, NULL);

		put_transaction(client, "error", "fail", call, answer->returned, call);
		return;
	}

	if (client->number == 1 && chance(options.hold))
		nap(1000 + random_below(120000));
	else if (chance(8))
		nap(1000 + random_below(30000));
	choice = random_below(100);
	if (lose || choice < 72)
		end_block(client, "commit", lose || (choice == 0 && options.losses > 0));
	else if (choice < 88 || (choice >= 98 && options.losses == 0))
		end_block(client, "rollback", false);
	else if (choice < 98)
		prepare(client, choice < 94);
	else
	{
		int64_t		call = now();

		leave(&client->connection);
		put_transaction(client, "closed", "fail", call, NEVER, client->alive);
	}
}

static void
run_single(Client *client)
{
	Progress	done;
	Operation  *op = &client->op[0];

	client->isolation = "READ COMMITTED";
	client->begin_call = client->alive = now();
	done = run_operation(client);
	put_transaction(client, "single", done == GOING ? "ok" : done == LOST ? "unknown" : "fail",
					op->call, op->returned, op->call);
}

/*
 * client_run is the life of a client.
 */
void
client_run(int process)
{
	Client		client = {.number = process};
	FILE	   *clocks = history_file("clocks", process);
	int			until_debug = DEBUG_INTERVAL;

	client.transactions = history_file("transactions", process);
	client.operations = history_file("operations", process);
	record_clock(clocks, process);
	while (!shared->stop && connect_again(&client))
	{
		if (options.debug_point != NULL && process == 1 && --until_debug == 0)
		{
			/* It may end the server: then it is set again a while later. */
			(void) ask(&client.connection, "SELECT set_config('docnum.debug_point', $1, false)",
					   1, &options.debug_point);
			until_debug = DEBUG_INTERVAL;
			continue;
		}
		client.transaction++;
		client.nops = 0;
		client.sqlstate[0] = '\0';
		client.strict_floor = 0;

		/* Each client loses at least one answer to COMMIT. */
		if (client.transaction == 10 + process)
			run_block(&client, true);
		else if (chance(55))
			run_single(&client);
		else
			run_block(&client, false);
	}
	record_clock(clocks, process);
	connection_close(&client.connection);
	fclose(clocks);
	fclose(client.operations);
	fclose(client.transactions);
}
