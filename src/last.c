/*-------------------------------------------------------------------------
 *
 * last.c
 *	  docnum_last: the number that this session's last transaction was given.
 *
 * A client whose number comes with the commit learns it by "COMMIT; SELECT
 * docnum_last()" in one message, which is safe behind a pooler too: it tells a
 * number only to the role that took it.
 *
 * For each document type the last number is kept, of the open transaction with
 * the nesting level that took it, so that a savepoint's rollback forgets what it
 * took.  The end of a transaction that took some makes them the answer; one that took
 * none empties it, unless it wrote nothing and asked docnum_last.
 *
 * Invariant: the callbacks neither allocate nor raise.
 *
 * Memory: two contexts below TopMemoryContext, of the open and of the last
 * transaction, which change places at its end.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xact.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/memutils.h"

#include "document_type.h"
#include "last.h"
#include "transaction.h"

typedef struct Given
{
	struct Given *before;		/* given earlier, of another type or level */
	char		document_type[FORMAT_TYPE_BYTES + 1];
	char	   *document_number;
	size_t		size;			/* of its memory */
	Oid			role;
	int			nest_level;
} Given;

typedef struct GivenList
{
	MemoryContext context;
	Given	   *latest;			/* NULL: none */
	Given	   *unused;			/* entries to use again */
} GivenList;

static GivenList open_list;		/* of the open transaction */
static GivenList last_list;		/* of the one before it */
static bool asked = false;		/* docnum_last was called in this transaction */

/*
 * drop takes an entry out of the open transaction's list.
 */
static void
drop(Given **entry)
{
	Given	   *gone = *entry;

	*entry = gone->before;
	gone->before = open_list.unused;
	open_list.unused = gone;
}

/*
 * drop_type drops what a type was given on a level, all but the entry itself.
 */
static void
drop_type(const Given *but, const char *document_type, int level)
{
	for (Given **entry = &open_list.latest; *entry != NULL;)
	{
		if (*entry != but && (*entry)->nest_level == level &&
			strcmp((*entry)->document_type, document_type) == 0)
			drop(entry);
		else
			entry = &(*entry)->before;
	}
}

static Given *
new_entry(void)
{
	Given	   *entry = open_list.unused;

	if (entry != NULL)
	{
		open_list.unused = entry->before;
		return entry;
	}
	return MemoryContextAllocZero(open_list.context, sizeof(Given));
}

/*
 * last_note notes a number that was given, to the current role.
 */
void
last_note(const char *document_type, const char *document_number)
{
	int			level = GetCurrentTransactionNestLevel();
	size_t		length = strlen(document_number);
	Given	   *entry = open_list.latest;

	if (entry == NULL || entry->nest_level != level ||
		strcmp(entry->document_type, document_type) != 0)
	{
		drop_type(NULL, document_type, level);
		entry = new_entry();
		entry->before = open_list.latest;
		entry->nest_level = level;
		strlcpy(entry->document_type, document_type, sizeof(entry->document_type));
		open_list.latest = entry;
	}
	if (length >= entry->size)
	{
		entry->size = length + 32;
		entry->document_number = MemoryContextAlloc(open_list.context, entry->size);
	}
	memcpy(entry->document_number, document_number, length + 1);
	entry->role = GetUserId();
}

static void
forget_level(int level)
{
	while (open_list.latest != NULL && open_list.latest->nest_level >= level)
		drop(&open_list.latest);
}

/*
 * raise_level gives what a savepoint took to the level around it; what that
 * had been given of the same type before is the last no more.
 */
static void
raise_level(int level)
{
	for (Given *entry = open_list.latest; entry != NULL && entry->nest_level >= level;
		 entry = entry->before)
	{
		drop_type(entry, entry->document_type, level - 1);
		entry->nest_level = level - 1;
	}
}

static void
end_transaction(bool aborted)
{
	GivenList	ended = open_list;
	bool		wrote = !aborted && TransactionIdIsValid(GetTopTransactionIdIfAny());

	if (ended.latest == NULL || aborted)
	{
		MemoryContextReset(open_list.context);
		open_list.latest = open_list.unused = NULL;
		if (asked && !wrote && !aborted)
		{
			asked = false;
			return;
		}
	}
	else
	{
		open_list = last_list;
		last_list = ended;
		asked = false;
		MemoryContextReset(open_list.context);
		open_list.latest = open_list.unused = NULL;
		return;
	}
	asked = false;
	last_list.latest = last_list.unused = NULL;
	MemoryContextReset(last_list.context);
}

void
last_init(void)
{
	static const TransactionHooks hooks = {
		.at_end = end_transaction,.at_subabort = forget_level,.at_subcommit = raise_level
	};

	open_list.context = AllocSetContextCreate(TopMemoryContext, "docnum open transaction",
											  ALLOCSET_SMALL_SIZES);
	last_list.context = AllocSetContextCreate(TopMemoryContext, "docnum last transaction",
											  ALLOCSET_SMALL_SIZES);
	transaction_add_hooks(&hooks);
}

/*----------------------------------------------------------------------
 * SQL-callable functions
 *----------------------------------------------------------------------
 */

PG_FUNCTION_INFO_V1(docnum_last);

/*
 * docnum_last(document_type) -> text
 */
Datum
docnum_last(PG_FUNCTION_ARGS)
{
	Given	   *entry = open_list.latest ? open_list.latest : last_list.latest;
	char	   *type = NULL;

	asked = true;
	if (!PG_ARGISNULL(0))
	{
		type = text_to_cstring(PG_GETARG_TEXT_PP(0));
		(void) document_type_get(type);
	}
	for (; entry != NULL; entry = entry->before)
	{
		if (entry->role == GetUserId() &&
			(type == NULL || strcmp(entry->document_type, type) == 0))
			PG_RETURN_TEXT_P(cstring_to_text(entry->document_number));
	}
	PG_RETURN_NULL();
}
