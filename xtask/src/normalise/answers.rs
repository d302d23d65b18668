//! The answers of an operation: one kind of success, and no errors.

use serde_json::Value;

use crate::{problem::Problem, schema, vendor::Config};

fn is_success(status: &str) -> bool {
    status.starts_with('2')
}

/// Error answers go: every answer but a success then reaches one place that reads it tolerantly.
///
/// progenitor knows one error type an operation, and a typed one turns a
/// gateway's HTML page into an error without a status.
pub(super) fn errors_out(document: &mut Value, _: &Config) -> Result<usize, Problem> {
    let mut count = 0;
    for (_, _, operation) in schema::operations_mut(document) {
        let Some(answers) = schema::object_mut(operation, "responses") else { continue };
        let before = answers.len();
        answers.retain(|status, _| is_success(status));
        count += before - answers.len();
    }
    Ok(count)
}

/// Refuses an operation whose successes cannot be read as one: which status comes does not matter, so that a 200
/// instead of the documented 201 loses no secret.
pub fn check_successes(document: &Value) -> Result<(), Problem> {
    for (method, path, operation) in schema::operations(document) {
        let answers = operation.get("responses").map(schema::members).into_iter().flatten();
        let successes: Vec<&str> =
            answers.map(|(status, _)| status.as_str()).filter(|s| is_success(s)).collect();
        let problem = match successes.as_slice() {
            [] => "declares no successful answer".to_owned(),
            [_] => continue,
            several => format!("declares several successful answers: {}", several.join(", ")),
        };
        return Err(Problem::at(format!("{} {path}", method.to_uppercase()), problem));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::normalise::testing::run;

    fn answers(answers: Value) -> Value {
        json!({"paths": {"/a": {"get": {"responses": answers}}}})
    }

    #[test]
    fn only_successes_are_left() {
        let (document, count) =
            run("error-answers", answers(json!({"200": {}, "404": {}, "5XX": {}, "default": {}, "302": {}})));
        assert_eq!(document, answers(json!({"200": {}})));
        assert_eq!(count, 4);
    }

    #[test]
    fn none_and_several_successes_are_refused() {
        let check = |value| check_successes(&answers(value)).map_err(|problem| problem.to_string());
        assert_eq!(check(json!({"201": {}})), Ok(()));
        assert_eq!(check(json!({})).unwrap_err(), "GET /a: declares no successful answer");
        assert_eq!(
            check(json!({"200": {}, "204": {}})).unwrap_err(),
            "GET /a: declares several successful answers: 200, 204"
        );
    }
}
