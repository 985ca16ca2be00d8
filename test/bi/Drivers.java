/*
 * What a JDBC client sees of the views and of a published table. Prints TAP lines.
 * Arguments: an URL, and the names of the models that its role may see.
 */
import java.sql.*;
import java.util.*;

public class Drivers
{
	static boolean failed = false;

	static void check(boolean ok, String what)
	{
		System.out.println((ok ? "ok - JDBC " : "not ok - JDBC ") + what);
		failed |= !ok;
	}

	static final Set<Integer> PLAIN = Set.of(Types.VARCHAR, Types.INTEGER, Types.BIGINT, Types.DOUBLE, Types.NUMERIC,
		Types.DATE, Types.TIMESTAMP, Types.TIMESTAMP_WITH_TIMEZONE, Types.BIT, Types.BOOLEAN);

	static int columns(DatabaseMetaData meta, String schema, String table) throws SQLException
	{
		int count = 0;
		try (ResultSet c = meta.getColumns(null, schema, table, null))
		{
			while (c.next())
			{
				String name = table + "." + c.getString("COLUMN_NAME");
				int type = c.getInt("DATA_TYPE");
				count++;
				if (!PLAIN.contains(type))
					check(false, name + " has type " + type);
				if (c.getString("REMARKS") == null)
					check(false, name + " has no comment");
				if (type == Types.NUMERIC && (c.getInt("COLUMN_SIZE") < 1 || c.getInt("COLUMN_SIZE") > 28))
					check(false, name + " is numeric without a precision");
			}
		}
		return count;
	}

	static int read(Connection connection, String schema, String table) throws SQLException
	{
		int rows = 0;
		try (Statement s = connection.createStatement(); ResultSet r = s.executeQuery("SELECT * FROM " + schema + "." + table))
		{
			int width = r.getMetaData().getColumnCount();
			while (r.next())
			{
				for (int i = 1; i <= width; i++)
				{
					Object value = r.getObject(i);
					if (value instanceof Double && !Double.isFinite((Double) value))
						check(false, table + " has a value that is not finite in column " + i);
					if (value instanceof Array || value instanceof byte[])
						check(false, table + " has an odd value in column " + i);
				}
				rows++;
			}
		}
		return rows;
	}

	public static void main(String[] args) throws Exception
	{
		try (Connection connection = DriverManager.getConnection(args[0]))
		{
			DatabaseMetaData meta = connection.getMetaData();
			boolean found = false;
			try (ResultSet schemas = meta.getSchemas())
			{
				while (schemas.next())
					found |= schemas.getString("TABLE_SCHEM").equals("segment");
			}
			check(found, "lists the schema");

			List<String> views = new ArrayList<>();
			try (ResultSet t = meta.getTables(null, "segment", null, new String[] {"VIEW"}))
			{
				while (t.next())
				{
					views.add(t.getString("TABLE_NAME"));
					if (t.getString("REMARKS") == null)
						check(false, t.getString("TABLE_NAME") + " has no comment");
				}
			}
			check(views.size() >= 7, "lists " + views.size() + " views");
			for (String view : views)
				check(columns(meta, "segment", view) > 0, view + ": " + read(connection, "segment", view) + " rows");
			check(columns(meta, "public", "customer_segments") > 0,
				"published table: " + read(connection, "public", "customer_segments") + " rows");
			columns(meta, "public", "customer_segments_history");

			StringJoiner names = new StringJoiner(",");
			try (Statement s = connection.createStatement();
				ResultSet r = s.executeQuery("SELECT model_name FROM segment.models ORDER BY 1"))
			{
				while (r.next())
					names.add(r.getString(1));
			}
			check(names.toString().equals(args[1]), "sees its models and no others: " + names);
		}
		if (failed)
			System.exit(1);
	}
}
