"""Features of customers with pandas, for test/bench/receipts.sh: CPU seconds to read the file, and to make 48 columns of features.

    receipts_pandas.py FILE     lines customer_id, receipt_id, receipt_date, amount, quantity, product_id, without a head
"""
import resource
import sys

import numpy as np
import pandas as pd

AS_OF = pd.Timestamp('2025-12-31')


def cpu():
    use = resource.getrusage(resource.RUSAGE_SELF)
    return use.ru_utime + use.ru_stime


def features(lines):
    receipts = lines.groupby(['customer', 'receipt'], sort=False).agg(
        total=('amount', 'sum'), at=('at', 'min'), lines=('amount', 'size'), quantity=('quantity', 'sum')).reset_index()
    receipts['day'] = receipts['at'].dt.normalize()
    sales = receipts[receipts.total >= 0]
    by = sales.groupby('customer')
    f = by.agg(receipts=('total', 'size'), sales=('total', 'sum'), mean=('total', 'mean'), sd=('total', 'std'), median=('total', 'median'),
               low=('total', 'min'), high=('total', 'max'), first=('day', 'min'), last=('day', 'max'), lines=('lines', 'mean'),
               quantity=('quantity', 'mean'))
    f['monetary'] = receipts.groupby('customer').total.sum()
    f['returns'] = receipts[receipts.total < 0].groupby('customer').total.sum()

    days = sales[['customer', 'day']].drop_duplicates().sort_values(['customer', 'day'])
    days['gap'] = days.groupby('customer').day.diff().dt.days
    gaps = days.dropna().groupby('customer').gap
    f = f.join(gaps.agg(['mean', 'std', 'median', 'min', 'max', 'last']), rsuffix='_gap')
    f['active_days'] = days.groupby('customer').size()
    f['active_months'] = days.assign(month=days.day.dt.year * 12 + days.day.dt.month).groupby('customer').month.nunique()

    ago = (AS_OF - sales.day).dt.days
    for w in (30, 90, 180, 365):
        window = sales[ago < w].groupby('customer').total
        f[f'receipts_{w}'] = window.size()
        f[f'sales_{w}'] = window.sum()
        f[f'before_{w}'] = sales[(ago >= w) & (ago < 2 * w)].groupby('customer').total.sum()
    f = f.join(pd.crosstab(sales.customer, sales.day.dt.dayofweek).add_prefix('weekday_'))
    f = f.join(pd.crosstab(sales.customer, sales['at'].dt.hour // 6).add_prefix('time_'))

    bought = lines.merge(sales[['customer', 'receipt']], on=['customer', 'receipt'])
    amounts = bought.groupby(['customer', 'product']).amount.sum()
    f['products'] = amounts.groupby('customer').size()
    above = amounts[amounts > 0]
    share = above / above.groupby('customer').transform('sum')
    f['entropy'] = (-share * np.log(share)).groupby('customer').sum()
    f['top'] = share.groupby('customer').max()
    f['products_per_receipt'] = bought.groupby(['customer', 'receipt'])['product'].nunique().groupby('customer').mean()
    return f


start = cpu()
frame = pd.read_csv(sys.argv[1], header=None, names=['customer', 'receipt', 'at', 'amount', 'quantity', 'product'],
                    dtype={'customer': str, 'receipt': str, 'product': str}, parse_dates=['at'])
read = cpu()
made = features(frame)
print('pandas: %.2f s to read, %.2f s for %d features of %d customers' % (read - start, cpu() - read, made.shape[1], made.shape[0]))
