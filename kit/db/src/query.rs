//! A statement with what is bound to it, on its way to the engine.

use crate::{DbError, DbResult, FromRow, Value, sql::Text, unit::Unit};

/// A statement being bound. Ends with `optional`, `one`, `all`, `execute`, `execute_each`, `queue` or `queue_each`.
#[derive(Debug)]
#[must_use = "a query runs when one of its last steps is taken"]
pub struct Query<'u> {
    unit: &'u mut Unit,
    text: &'static Text,
    bound: Vec<Value>,
    heavy: bool,
}

impl<'u> Query<'u> {
    pub(crate) fn new(unit: &'u mut Unit, text: &'static Text) -> Self {
        Self {
            unit,
            text,
            bound: Vec::new(),
            heavy: false,
        }
    }

    /// Binds the next argument.
    pub fn bind(mut self, value: impl Into<Value>) -> Self {
        self.bound.push(value.into());
        self
    }

    /// Binds the next argument, or leaves out the optional part that names it.
    pub fn bind_if(self, value: Option<impl Into<Value>>) -> Self {
        let value = value.map_or(Value::Absent, Into::into);
        self.bind(value)
    }

    /// Binds the next argument as the choice among the alternatives, counted from zero, of every part that names it.
    pub fn choose(self, alternative: usize) -> Self {
        self.bind(Value::Choice(alternative))
    }

    /// Binds the next argument as the members of an `IN ($1…)`.
    pub fn bind_list<T: Into<Value>>(self, values: impl IntoIterator<Item = T>) -> Self {
        self.bind(Value::List(values.into_iter().map(Into::into).collect()))
    }

    /// Declares that the statement may run long (search, report, export), so that it does not hold up others.
    pub fn heavy(mut self) -> Self {
        self.heavy = true;
        self
    }

    /// The first row, if there is one.
    pub async fn optional<T: FromRow>(self) -> DbResult<Option<T>> {
        Ok(self.all().await?.into_iter().next())
    }

    /// The row that must be there.
    pub async fn one<T: FromRow>(self) -> DbResult<T> {
        self.optional().await?.ok_or(DbError::NoRow)
    }

    /// All rows.
    pub async fn all<T: FromRow>(self) -> DbResult<Vec<T>> {
        self.unit
            .query(self.text, self.bound, self.heavy, T::from_row)
            .await
    }

    /// How many rows the statement changed.
    pub async fn execute(self) -> DbResult<u64> {
        let changed = self
            .unit
            .execute_each(self.text, vec![self.bound], self.heavy)
            .await?;
        Ok(changed.into_iter().sum())
    }

    /// Leaves the statement to go out with the unit of work's next one, in the same flight: for a write of which nobody wants
    /// to know how many rows it changed. That it failed is told here, by what runs next, or by the commit.
    pub fn queue(self) -> DbResult<()> {
        self.unit.queue_each(self.text, vec![self.bound])
    }

    /// Runs the statement once for each row of arguments, in order and in one flight; says how many rows each changed.
    /// Nothing is bound before.
    pub async fn execute_each(self, rows: impl IntoIterator<Item = Vec<Value>>) -> DbResult<Vec<u64>> {
        self.unit
            .execute_each(self.text, rows.into_iter().collect(), self.heavy)
            .await
    }

    /// As [`queue`](Self::queue), once for each row of arguments. Nothing is bound before.
    pub fn queue_each(self, rows: impl IntoIterator<Item = Vec<Value>>) -> DbResult<()> {
        self.unit.queue_each(self.text, rows.into_iter().collect())
    }
}
