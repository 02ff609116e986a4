/*-------------------------------------------------------------------------
 *
 * attach_trigger.c
 *	  docnum.attached(): the trigger function of attached tables.
 *
 * docnum_attach makes these triggers, each with the attachment's id:
 *
 *	 zz_docnum_COLUMN		 BEFORE INSERT OR UPDATE OF the columns concerned: gives the
 *							 number, after all other BEFORE triggers; refuses what may not be
 *	 zz_docnum_issue_COLUMN	 BEFORE UPDATE: gives it when the document is first issued
 *	 a_docnum_COLUMN		 AFTER INSERT OR UPDATE: notes rows for the commit
 *	 docnum_COLUMN			 the same, deferred constraint trigger: numbers them
 *	 docnum_change_COLUMN	 AFTER UPDATE: nobody has changed the number
 *	 docnum_delete_COLUMN	 AFTER DELETE: voids it, or refuses
 *	 docnum_truncate_COLUMN	 BEFORE TRUNCATE: refuses
 *
 * They are ordinary triggers, silent under session_replication_role = replica:
 * what a publisher sends is numbered already.
 *
 * Invariant: the function gives nothing to a trigger that docnum_attach did
 * not make (attach_cache.c), so it needs no privilege of whoever inserts.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/pg_trigger.h"
#include "commands/trigger.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"

#include "attach.h"
#include "docnum.h"
#include "installation.h"

PG_FUNCTION_INFO_V1(docnum_attached);

/*
 * refuse_trigger raises the error for a trigger that is no attachment's.
 */
static void
refuse_trigger(const TriggerData *trigger)
{
	ereport(ERROR,
			(errcode(ERRCODE_DOCNUM_WRONG_STATE),
			 errmsg("trigger \"%s\" on table \"%s\" belongs to no attachment",
					trigger->tg_trigger->tgname, RelationGetRelationName(trigger->tg_relation)),
			 errdetail("docnum.attachment has no such row for the table, or the trigger that gives the numbers is missing."),
			 errhint("docnum_detach removes what is left; docnum_attach makes the triggers.")));
}

/*
 * refuse_change raises NB014.
 */
static void
refuse_change(const Attachment *attachment, const char *old_number, const char *new_number)
{
	ereport(ERROR,
			(errcode(ERRCODE_DOCNUM_IMMUTABLE),
			 errmsg("number %s of a row cannot be changed", old_number),
			 errdetail("The new value is %s. Table \"%s\" is attached to document type \"%s\".",
					   new_number ? new_number : "null", get_rel_name(attachment->target),
					   attachment->document_type),
			 errhint("docnum_replace('%s', 'reason') gives another number; the row can be updated to that.",
					 old_number)));
}

/*
 * check_update checks what an UPDATE does to the number; stored: the row is
 * written already.
 */
static void
check_update(const TriggerData *trigger, const Attachment *attachment, bool stored)
{
	Relation	rel = trigger->tg_relation;
	TargetRequest request;
	char	   *old_number = attach_number_of(attachment, rel, trigger->tg_trigtuple);
	char	   *new_number = attach_number_of(attachment, rel, trigger->tg_newtuple);

	if (old_number == NULL && new_number == NULL)
		return;
	if (old_number != NULL)
	{
		if (new_number != NULL &&
			(strcmp(old_number, new_number) == 0 ||
			 attach_was_replaced(attachment->document_type, old_number, new_number)))
			return;
		refuse_change(attachment, old_number, new_number);
	}
	if (stored ? attach_is_latest(new_number) : attach_is_assigned(new_number))
		return;
	attach_request(attachment, rel, trigger->tg_newtuple, &request);
	attach_check_given(rel, attachment, &request, new_number, stored);
}

/*
 * give returns the row with its number.
 */
static HeapTuple
give(const Attachment *attachment, Relation rel, HeapTuple tuple)
{
	int			column = attachment->number;
	bool		isnull = false;
	Datum		number = attach_number_datum(attachment, attach_give(attachment, rel, tuple));

	return heap_modify_tuple_by_cols(tuple, RelationGetDescr(rel), 1, &column, &number, &isnull);
}

/*
 * before_insert gives a row its number, or checks the one that it brings.
 */
static HeapTuple
before_insert(const TriggerData *trigger, const Attachment *attachment)
{
	Relation	rel = trigger->tg_relation;
	HeapTuple	tuple = trigger->tg_trigtuple;
	TargetRequest request;
	char	   *number = attach_number_of(attachment, rel, tuple);

	if (number != NULL)
	{
		attach_request(attachment, rel, tuple, &request);
		attach_check_given(rel, attachment, &request, number, false);
		return tuple;
	}
	if (attachment->at_commit || !attach_is_issued(attachment, rel, tuple))
		return tuple;
	return give(attachment, rel, tuple);
}

/*
 * before_update refuses a change of the number, and gives one to a document
 * that is issued now.
 */
static HeapTuple
before_update(const TriggerData *trigger, const Attachment *attachment)
{
	Relation	rel = trigger->tg_relation;
	HeapTuple	tuple = trigger->tg_newtuple;

	check_update(trigger, attachment, false);
	if (attachment->at_commit || attachment->issue == 0 ||
		!attach_is_issued(attachment, rel, tuple) ||
		attach_number_of(attachment, rel, tuple) != NULL)
		return tuple;
	return give(attachment, rel, tuple);
}

/*
 * is_note: is it the trigger that notes rows for the commit?
 */
static bool
is_note(const TriggerData *trigger)
{
	return TRIGGER_FIRED_BY_INSERT(trigger->tg_event) ||
		(TRIGGER_FIRED_BY_UPDATE(trigger->tg_event) &&
		 TRIGGER_FOR_INSERT(trigger->tg_trigger->tgtype));
}

/*
 * note_row notes a row that is to get its number at commit.
 */
static void
note_row(const TriggerData *trigger, const Attachment *attachment)
{
	HeapTuple	tuple = TRIGGER_FIRED_BY_UPDATE(trigger->tg_event)
	? trigger->tg_newtuple : trigger->tg_trigtuple;

	if (attach_number_of(attachment, trigger->tg_relation, tuple) == NULL &&
		attach_is_issued(attachment, trigger->tg_relation, tuple))
		attach_note_row(attachment, &tuple->t_self);
}

/*
 * before_truncate refuses: a TRUNCATE looks at no row, so nothing could be
 * voided.
 */
static void
before_truncate(const Attachment *attachment)
{
	if (!attach_has_numbers(attachment))
		return;
	ereport(ERROR,
			(errcode(ERRCODE_DOCNUM_IMMUTABLE),
			 errmsg("table \"%s\" has numbered rows and cannot be truncated",
					get_rel_name(attachment->target)),
			 errdetail("It is attached to document type \"%s\".", attachment->document_type),
			 errhint("DELETE voids the numbers of the rows, where on_delete allows it; docnum_detach takes the table out of docnum's care.")));
}

/*
 * docnum.attached() -> trigger.
 */
Datum
docnum_attached(PG_FUNCTION_ARGS)
{
	TriggerData *trigger = (TriggerData *) fcinfo->context;
	const Attachment *attachment = NULL;
	HeapTuple	result = NULL;
	bool		before;
	int32		id;

	if (!CALLED_AS_TRIGGER(fcinfo))
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("docnum.attached() is a trigger function")));
	before = TRIGGER_FIRED_BEFORE(trigger->tg_event);
	if (before && TRIGGER_FIRED_FOR_ROW(trigger->tg_event))
		result = TRIGGER_FIRED_BY_UPDATE(trigger->tg_event)
			? trigger->tg_newtuple : trigger->tg_trigtuple;
	if (attach_trigger_id(trigger->tg_trigger, trigger->tg_trigger->tgfoid, &id))
		attachment = attach_find(trigger->tg_relation, id);
	if (attachment == NULL)
	{
		/* Rows of a dump can be there before docnum.attachment is. */
		if (installation_is_virgin())
			return PointerGetDatum(result);
		refuse_trigger(trigger);
	}

	if (TRIGGER_FIRED_BY_TRUNCATE(trigger->tg_event))
		before_truncate(attachment);
	else if (!TRIGGER_FIRED_FOR_ROW(trigger->tg_event))
		refuse_trigger(trigger);
	else if (before && TRIGGER_FIRED_BY_INSERT(trigger->tg_event))
		result = before_insert(trigger, attachment);
	else if (before && TRIGGER_FIRED_BY_UPDATE(trigger->tg_event))
		result = before_update(trigger, attachment);
	else if (attachment->at_commit && OidIsValid(trigger->tg_trigger->tgconstraint))
		attach_assign();
	else if (attachment->at_commit && is_note(trigger))
		note_row(trigger, attachment);
	else if (TRIGGER_FIRED_BY_UPDATE(trigger->tg_event))
		check_update(trigger, attachment, true);
	else if (TRIGGER_FIRED_BY_DELETE(trigger->tg_event) && !before)
	{
		char	   *number = attach_number_of(attachment, trigger->tg_relation,
											  trigger->tg_trigtuple);

		if (number != NULL)
			attach_row_deleted(attachment, trigger->tg_relation, trigger->tg_trigtuple, number);
	}
	return PointerGetDatum(result);
}
