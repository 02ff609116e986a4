/*-------------------------------------------------------------------------
 *
 * privilege.h
 *	  Who may do what: docnum's own grants.
 *
 *-------------------------------------------------------------------------
 */
#ifndef DOCNUM_PRIVILEGE_H
#define DOCNUM_PRIVILEGE_H

typedef enum Privilege
{
	PRIVILEGE_USE,
	PRIVILEGE_OVERRIDE,
	PRIVILEGE_VOID,
	PRIVILEGE_ADMIN,
	PRIVILEGE_AUDIT,
	PRIVILEGES
} Privilege;

extern const char *const privilege_names[PRIVILEGES];

extern void privilege_init(void);
extern bool privilege_from_name(const char *name, size_t bytes, Privilege *privilege);
extern bool privilege_has(Oid role, Privilege privilege, const char *document_type);
extern bool privilege_has_any(Oid role, Privilege privilege);
extern void privilege_check(Privilege privilege, const char *document_type);

#endif							/* DOCNUM_PRIVILEGE_H */
