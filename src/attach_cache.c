/*-------------------------------------------------------------------------
 *
 * attach_cache.c
 *	  What the trigger function must know of an attachment, kept for the next
 *	  row.
 *
 * A row of docnum.attachment says what docnum_attach decided; the trigger that
 * gives the numbers names the row by its id, and the table's columns by its
 * own column list.  That list is the server's: it follows renames, is dumped
 * by name, has for each partition that partition's columns, and keeps the
 * columns from being dropped.  Neither counts without the other: a trigger
 * made by hand, on another table or of another id, gives no number.
 *
 * Memory: an entry lives in a context of its own below CacheMemoryContext.  One
 * that is out of date is handed to the transaction, since an outer trigger may
 * be using it.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "catalog/namespace.h"
#include "catalog/partition.h"
#include "catalog/pg_trigger.h"
#include "catalog/pg_type.h"
#include "commands/trigger.h"
#include "parser/parse_func.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/hsearch.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"

#include "attach.h"
#include "catalog.h"
#include "docnum.h"

typedef struct CacheKey
{
	Oid			relation;
	int32		id;
} CacheKey;

typedef struct CacheEntry
{
	CacheKey	key;			/* must be first */
	MemoryContext context;
	bool		valid;			/* cleared by the invalidation callback */
	uint64		version;		/* of the rows of docnum.attachment */
	Attachment *attachment;		/* NULL: there is none */
} CacheEntry;

static HTAB *entries = NULL;

/*
 * relation_changed is the relcache callback.
 */
static void
relation_changed(Datum arg, Oid relid)
{
	HASH_SEQ_STATUS scan;
	CacheEntry *entry;

	if (entries == NULL)
		return;
	hash_seq_init(&scan, entries);
	while ((entry = hash_seq_search(&scan)) != NULL)
	{
		if (relid == InvalidOid || relid == entry->key.relation)
			entry->valid = false;
	}
}

static void
make_cache(void)
{
	HASHCTL		control = {0};

	control.keysize = sizeof(CacheKey);
	control.entrysize = sizeof(CacheEntry);
	control.hcxt = CacheMemoryContext;
	entries = hash_create("docnum attachments", 16, &control,
						  HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
	CacheRegisterRelcacheCallback(relation_changed, (Datum) 0);
}

/*
 * read_row takes over a row of docnum.attachment.
 */
static AttachmentRow *
read_row(Relation rel, HeapTuple tuple)
{
	AttachmentRow *row = palloc(sizeof(AttachmentRow));
	Datum		values[Natts_attachment];
	bool		isnull[Natts_attachment];
	Datum	   *columns;

	heap_deform_tuple(tuple, RelationGetDescr(rel), values, isnull);
	row->id = DatumGetInt32(values[Anum_attachment_attachment_id - 1]);
	row->target = DatumGetObjectId(values[Anum_attachment_target - 1]);
	row->document_type = TextDatumGetCString(values[Anum_attachment_document_type - 1]);
	row->at_commit = strcmp(TextDatumGetCString(values[Anum_attachment_at - 1]), "commit") == 0;
	row->refuse_delete = strcmp(TextDatumGetCString(values[Anum_attachment_on_delete - 1]),
								"refuse") == 0;
	deconstruct_array(DatumGetArrayTypeP(values[Anum_attachment_columns - 1]), TEXTOID, -1,
					  false, TYPALIGN_INT, &columns, NULL, &row->ncolumns);
	row->columns = palloc0((row->ncolumns + 1) * sizeof(char *));
	for (int i = 0; i < row->ncolumns; i++)
		row->columns[i] = TextDatumGetCString(columns[i]);
	return row;
}

/*
 * attach_rows returns the attachments of a document type, or all (NULL), as
 * the newest snapshot shows them.
 */
List *
attach_rows(const char *document_type)
{
	Relation	rel = catalog_open(CATALOG_ATTACHMENT, AccessShareLock);
	SysScanDesc scan = systable_beginscan(rel, InvalidOid, false, NULL, 0, NULL);
	List	   *rows = NIL;
	HeapTuple	tuple;

	while (HeapTupleIsValid(tuple = systable_getnext(scan)))
	{
		AttachmentRow *row = read_row(rel, tuple);

		if (document_type == NULL || strcmp(row->document_type, document_type) == 0)
			rows = lappend(rows, row);
	}
	systable_endscan(scan);
	table_close(rel, NoLock);
	return rows;
}

/*
 * attach_number_column finds the column that an attachment gives numbers to; 0
 * if the table is gone, or its trigger.
 */
AttrNumber
attach_number_column(const AttachmentRow *row)
{
	Relation	rel = try_table_open(row->target, AccessShareLock);
	const Attachment *attachment;
	AttrNumber	column;

	if (rel == NULL)
		return 0;
	attachment = attach_find(rel, row->id);
	column = (AttrNumber) (attachment == NULL ? 0 : attachment->number);
	table_close(rel, NoLock);
	return column;
}

/*
 * attach_function returns the trigger function.
 */
Oid
attach_function(void)
{
	return LookupFuncName(list_make2(makeString(DOCNUM_SCHEMA), makeString(ATTACH_FUNCTION)),
						  0, NULL, false);
}

/*
 * attach_trigger_id reads which attachment a trigger is of; false if of none.
 */
bool
attach_trigger_id(const Trigger *trigger, Oid function, int32 *id)
{
	char	   *end;

	if (trigger->tgfoid != function || trigger->tgnargs != 1)
		return false;
	*id = (int32) strtol(trigger->tgargs[0], &end, 10);
	return end != trigger->tgargs[0] && *end == '\0';
}

/*
 * attach_carrier finds the trigger that gives the numbers; NULL if there is
 * none (any more).
 */
const Trigger *
attach_carrier(Relation rel, int32 id)
{
	TriggerDesc *triggers = rel->trigdesc;
	Oid			function = attach_function();

	for (int i = 0; triggers != NULL && i < triggers->numtriggers; i++)
	{
		const Trigger *trigger = &triggers->triggers[i];
		int32		of;

		if (attach_trigger_id(trigger, function, &of) && of == id &&
			TRIGGER_FOR_ROW(trigger->tgtype) && TRIGGER_FOR_BEFORE(trigger->tgtype) &&
			TRIGGER_FOR_INSERT(trigger->tgtype) && trigger->tgnattr > 0)
			return trigger;
	}
	return NULL;
}

static bool
is_attached(Relation rel, Oid target)
{
	return RelationGetRelid(rel) == target ||
		(rel->rd_rel->relispartition &&
		 list_member_oid(get_partition_ancestors(RelationGetRelid(rel)), target));
}

/*
 * fill_value prepares a column whose text is a dimension's value.
 */
static void
fill_value(Attachment *attachment, Relation rel, AttrNumber attribute, const char *name)
{
	ColumnText *value = &attachment->values[attachment->ndimensions];
	Oid			type = TupleDescAttr(RelationGetDescr(rel), attribute - 1)->atttypid;
	Oid			base = getBaseType(type);
	Oid			output;
	bool		is_varlena;

	attachment->names[attachment->ndimensions++] = pstrdup(name);
	value->attribute = attribute;
	value->is_text = base == TEXTOID || base == VARCHAROID;
	getTypeOutputInfo(type, &output, &is_varlena);
	fmgr_info(output, &value->output);
}

/*
 * fill_number prepares the column of the number: what its type demands of a
 * value (length, a domain's checks) is demanded of a number too.
 */
static void
fill_number(Attachment *attachment, Relation rel, AttrNumber attribute)
{
	Form_pg_attribute form = TupleDescAttr(RelationGetDescr(rel), attribute - 1);
	Oid			input;

	attachment->number = attribute;
	attachment->typmod = form->atttypmod;
	attachment->is_text = form->atttypmod < 0 &&
		(form->atttypid == TEXTOID || form->atttypid == VARCHAROID);
	getTypeInputInfo(form->atttypid, &input, &attachment->input_param);
	fmgr_info(input, &attachment->input);
}

/*
 * build makes the attachment of a table in the current context; NULL if the
 * row and the trigger do not agree.
 */
static Attachment *
build(Relation rel, const AttachmentRow *row)
{
	Attachment *attachment = palloc0(sizeof(Attachment));
	const Trigger *carrier = attach_carrier(rel, row->id);
	TupleDesc	desc = RelationGetDescr(rel);

	if (carrier == NULL || carrier->tgnattr != row->ncolumns ||
		row->ncolumns > ATTACH_COLUMNS || !is_attached(rel, row->target))
		return NULL;
	attachment->relation = RelationGetRelid(rel);
	attachment->id = row->id;
	attachment->target = row->target;
	attachment->document_type = pstrdup(row->document_type);
	attachment->at_commit = row->at_commit;
	attachment->refuse_delete = row->refuse_delete;
	for (int i = 0; i < row->ncolumns; i++)
	{
		AttrNumber	attribute = carrier->tgattr[i];

		if (strcmp(row->columns[i], ATTACH_NUMBER) == 0)
			fill_number(attachment, rel, attribute);
		else if (strcmp(row->columns[i], ATTACH_ISSUE) == 0)
			attachment->issue = attribute;
		else if (strcmp(row->columns[i], ATTACH_DATE) == 0)
		{
			attachment->date = attribute;
			attachment->date_type = getBaseType(TupleDescAttr(desc, attribute - 1)->atttypid);
		}
		else if (attachment->ndimensions < SCOPE_MAX_DIMENSIONS)
			fill_value(attachment, rel, attribute, row->columns[i]);
	}
	return attachment->number != 0 ? attachment : NULL;
}

/*
 * refresh reads an entry anew.
 */
static void
refresh(CacheEntry *entry, Relation rel)
{
	MemoryContext caller = CurrentMemoryContext;
	List	   *rows;
	ListCell   *cell;

	if (entry->context != NULL)
		MemoryContextSetParent(entry->context, TopTransactionContext);
	entry->attachment = NULL;
	entry->context = AllocSetContextCreate(CacheMemoryContext, "docnum attachment",
										   ALLOCSET_SMALL_SIZES);

	/* Set first: what invalidates us while we read makes it false again. */
	entry->valid = true;
	entry->version = catalog_attachments_version();
	rows = attach_rows(NULL);
	MemoryContextSwitchTo(entry->context);
	foreach(cell, rows)
	{
		const AttachmentRow *row = lfirst(cell);

		if (row->id == entry->key.id && entry->attachment == NULL)
			entry->attachment = build(rel, row);
	}
	MemoryContextSwitchTo(caller);
}

/*
 * attach_find returns the attachment of a table with that id; NULL if there is
 * none, or not (any more) of this table.
 */
const Attachment *
attach_find(Relation rel, int32 id)
{
	CacheKey	key = {RelationGetRelid(rel), id};
	CacheEntry *entry;
	bool		found;

	if (entries == NULL)
		make_cache();
	entry = hash_search(entries, &key, HASH_ENTER, &found);
	if (!found)
		memset((char *) entry + sizeof(CacheKey), 0, sizeof(CacheEntry) - sizeof(CacheKey));
	if (unlikely(!entry->valid || entry->version != catalog_attachments_version()))
	{
		entry->valid = false;
		refresh(entry, rel);
	}
	return entry->attachment;
}
