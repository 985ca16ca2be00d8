/*
 * files.h
 *		Export files like those of an SAP system, and files with the expected results.
 *
 * Each writer returns the number of rows that it wrote, including other clients.
 */
#ifndef GENERATOR_FILES_H
#define GENERATOR_FILES_H

#include <stdio.h>

#include "shop.h"

#define KEY_SIZE 11
#define DATE_SIZE 36			/* enough for any three integers */

extern const char *const clients[2];

extern void customer_key(const Customer *customer, char key[KEY_SIZE]);
extern void sap_date(const Shop *shop, int32_t day, char text[DATE_SIZE]);

extern size_t write_kna1_list(FILE *out, const Shop *shop);
extern size_t write_but000(FILE *out, const Shop *shop);
extern size_t write_vbrk(FILE *out, const Shop *shop);
extern size_t write_vbrp(FILE *out, const Shop *shop, unsigned damaged);
extern size_t write_makt(FILE *out);
extern size_t write_tcurx(FILE *out);
extern size_t write_rates(FILE *out, const Shop *shop);

extern void write_true_customers(FILE *out, const Shop *shop);
extern void write_true_pairs(FILE *out);
extern void write_true_birthdays(FILE *out, const Shop *shop);
extern void write_facts(FILE *out, const Shop *shop);

#endif							/* GENERATOR_FILES_H */
