/*-------------------------------------------------------------------------
 *
 * settings.h
 *	  The settings docnum.*.
 *
 *-------------------------------------------------------------------------
 */
#ifndef DOCNUM_SETTINGS_H
#define DOCNUM_SETTINGS_H

extern int	settings_lock_timeout;	/* milliseconds, 0: wait for ever */
extern int	settings_reservation_ttl;	/* seconds */
extern bool settings_durable;
extern char *settings_user_id;
extern char *settings_ip_address;
extern char *settings_user_agent;

extern void settings_init(void);

#endif							/* DOCNUM_SETTINGS_H */
