//! The answers of an operation: one kind of success, and no errors.

use serde_json::{Value, json};

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

/// One success answer stands for all success statuses: a 200 instead of the documented 201 loses no secret.
pub(super) fn success_range(document: &mut Value, _: &Config) -> Result<usize, Problem> {
    let mut count = 0;
    for (method, path, operation) in schema::operations_mut(document) {
        let Some(answers) = schema::object_mut(operation, "responses") else { continue };
        let successes: Vec<String> = answers.keys().filter(|status| is_success(status)).cloned().collect();
        let place = || format!("{} {path}", method.to_uppercase());
        match successes.as_slice() {
            [] => return Err(Problem::at(place(), "declares no successful answer")),
            [status] if status == "2XX" => {}
            [status] => {
                let answer = answers.remove(status).unwrap_or_else(|| json!({}));
                answers.insert("2XX".into(), answer);
                count += 1;
            }
            several => {
                return Err(Problem::at(
                    place(),
                    format!("declares several successful answers: {}", several.join(", ")),
                ));
            }
        }
    }
    Ok(count)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::normalise::testing::{run, try_run};

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
    fn a_success_stands_for_all_success_statuses() {
        let (document, count) = run("success-range", answers(json!({"201": {"x": 1}})));
        assert_eq!((document, count), (answers(json!({"2XX": {"x": 1}})), 1));
        assert_eq!(run("success-range", answers(json!({"2XX": {}}))).1, 0);
    }

    #[test]
    fn none_and_several_successes_are_refused() {
        assert_eq!(
            try_run("success-range", &mut answers(json!({})), "").unwrap_err(),
            "GET /a: declares no successful answer"
        );
        assert_eq!(
            try_run("success-range", &mut answers(json!({"200": {}, "204": {}})), "").unwrap_err(),
            "GET /a: declares several successful answers: 200, 204"
        );
    }
}
