/*-------------------------------------------------------------------------
 *
 * transaction.c
 *	  What docnum keeps until the end of a transaction: held scopes, and the
 *	  promise that a number which a client was told is durable.
 *
 * Held scopes.  STRICT scopes, and those with an open change of the counter,
 * stay locked to the end of the transaction.  Their locks belong to the top
 * transaction's resource owner: a lock that belongs to a portal could not be
 * released by a commit callback under the extended protocol, where the portal
 * outlives the commit.  The price is that ROLLBACK TO does not release them by
 * itself, so the nest level of each is kept here and the subtransaction
 * callback does.  At PREPARE the locks pass to the prepared transaction.
 *
 * Durability.  A commit that took a number is flushed locally even where
 * synchronous_commit is off: the variable is assigned before the commit and
 * restored after it.  Not SetConfigOption, which would also forget how to wait
 * for a standby; not ForceSyncCommit, which makes every standby flush
 * pg_control for each such commit.
 *
 * Invariant: nothing here raises an error after the commit record.
 *
 * Memory: the list of held scopes lives in TopTransactionContext.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xact.h"
#include "utils/memutils.h"
#include "utils/resowner.h"

#include "debug_point.h"
#include "settings.h"
#include "transaction.h"

typedef struct HeldScope
{
	LOCKTAG		tag;
	int			nest_level;		/* of the subtransaction that holds it */
} HeldScope;

static HeldScope *held = NULL;
static int	nheld = 0;
static int	held_size = 0;

static bool took_number = false;
static bool commit_raised = false;	/* synchronous_commit is ours just now */
static int	callers_synchronous_commit;

TransactionHook transaction_before_commit = NULL;
TransactionHook transaction_at_end = NULL;
TransactionHook transaction_at_subabort = NULL;

/*
 * transaction_took_number notes that this transaction's commit must be
 * durable.
 */
void
transaction_took_number(void)
{
	took_number = true;
}

/*
 * release gives a lock of the top transaction back; it cannot fail.
 */
static void
release(const LOCKTAG *tag)
{
	ResourceOwner owner = CurrentResourceOwner;

	CurrentResourceOwner = TopTransactionResourceOwner;
	LockRelease(tag, ExclusiveLock, false);
	CurrentResourceOwner = owner;
}

/*
 * note_held adds a scope to the list.
 */
static void
note_held(const LOCKTAG *tag)
{
	if (nheld == held_size)
	{
		int			size = held_size ? 2 * held_size : 8;

		held = held ? repalloc_array(held, HeldScope, size)
			: (HeldScope *) MemoryContextAlloc(TopTransactionContext, size * sizeof(HeldScope));
		held_size = size;
	}
	held[nheld].tag = *tag;
	held[nheld].nest_level = GetCurrentTransactionNestLevel();
	nheld++;
}

/*
 * transaction_lock takes a scope's lock to the end of the transaction (or of
 * the subtransaction, if that rolls back), waiting for it or not.  Returns
 * whether it is held now.  Raises what LockAcquire raises.
 */
bool
transaction_lock(const LOCKTAG *tag, bool wait)
{
	ResourceOwner owner = CurrentResourceOwner;
	LockAcquireResult result = LOCKACQUIRE_NOT_AVAIL;

	PG_TRY();
	{
		CurrentResourceOwner = TopTransactionResourceOwner;
		result = LockAcquire(tag, ExclusiveLock, false, !wait);
	}
	PG_FINALLY();
	{
		CurrentResourceOwner = owner;
	}
	PG_END_TRY();

	if (result == LOCKACQUIRE_NOT_AVAIL)
		return false;
	if (result == LOCKACQUIRE_ALREADY_HELD)
		release(tag);			/* counted once is enough */
	else
		note_held(tag);
	return true;
}

/*
 * is_held: is the lock in the list already?
 */
static bool
is_held(const LOCKTAG *tag)
{
	for (int i = 0; i < nheld; i++)
	{
		if (memcmp(&held[i].tag, tag, sizeof(LOCKTAG)) == 0)
			return true;
	}
	return false;
}

/*
 * transaction_hold makes a lock that the current resource owner holds last to
 * the end of the transaction, as transaction_lock would.
 */
void
transaction_hold(const LOCKTAG *tag)
{
	ResourceOwner owner = CurrentResourceOwner;

	if (!is_held(tag))
	{
		CurrentResourceOwner = TopTransactionResourceOwner;
		(void) LockAcquire(tag, ExclusiveLock, false, false);	/* ours: no wait */
		CurrentResourceOwner = owner;
		note_held(tag);
	}
	LockRelease(tag, ExclusiveLock, false);
}

/*
 * transaction_scopes_held returns how many scopes are held.
 */
int
transaction_scopes_held(void)
{
	return nheld;
}

/*
 * transaction_unlock_since gives back the scopes taken since that many were
 * held; for a caller that has taken no number in them.
 */
void
transaction_unlock_since(int count)
{
	while (nheld > count)
		release(&held[--nheld].tag);
}

static void
forget_held(void)
{
	held = NULL;				/* its memory goes with the transaction */
	nheld = held_size = 0;
}

/*
 * raise_commit, restore_commit: synchronous_commit for this one commit.
 */
static void
raise_commit(void)
{
	if (took_number && settings_durable &&
		synchronous_commit == SYNCHRONOUS_COMMIT_OFF)
	{
		callers_synchronous_commit = synchronous_commit;
		synchronous_commit = SYNCHRONOUS_COMMIT_LOCAL_FLUSH;
		commit_raised = true;
	}
}

static void
restore_commit(void)
{
	if (commit_raised)
		synchronous_commit = callers_synchronous_commit;
	commit_raised = false;
}

static void
transaction_event(XactEvent event, void *arg)
{
	switch (event)
	{
		case XACT_EVENT_PRE_COMMIT:
			if (transaction_before_commit)
				transaction_before_commit();
			if (took_number)
				DEBUG_POINT("before_commit");
			raise_commit();
			break;
		case XACT_EVENT_PRE_PREPARE:
			if (transaction_before_commit)
				transaction_before_commit();
			break;
		case XACT_EVENT_COMMIT:
		case XACT_EVENT_ABORT:
		case XACT_EVENT_PREPARE:
			if (took_number && event == XACT_EVENT_COMMIT)
				DEBUG_POINT_QUIET("after_commit");
			restore_commit();
			forget_held();
			took_number = false;
			if (transaction_at_end)
				transaction_at_end();
			break;
		default:				/* parallel workers take no numbers */
			break;
	}
}

static void
subtransaction_event(SubXactEvent event, SubTransactionId mine,
					 SubTransactionId parent, void *arg)
{
	int			level = GetCurrentTransactionNestLevel();

	if (event == SUBXACT_EVENT_ABORT_SUB)
	{
		if (took_number)
			DEBUG_POINT_QUIET("subtransaction_aborted");
		while (nheld > 0 && held[nheld - 1].nest_level >= level)
			release(&held[--nheld].tag);
		if (transaction_at_subabort)
			transaction_at_subabort();
	}
	else if (event == SUBXACT_EVENT_COMMIT_SUB)
	{
		for (int i = nheld - 1; i >= 0 && held[i].nest_level >= level; i--)
			held[i].nest_level = level - 1;
	}
}

void
transaction_init(void)
{
	RegisterXactCallback(transaction_event, NULL);
	RegisterSubXactCallback(subtransaction_event, NULL);
}
