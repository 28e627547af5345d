// Package casing translates names between the snake_case of MCP and the
// command line and the camelCase of REST, GraphQL and TypeScript.
//
//	casing.Camel("task_id")   // taskId
//	casing.Snake("taskId")    // task_id
//
// Only names that a schema declares are translated. What a schema leaves open
// (input, output, metadata, schemas of tasks) is the user's own and stays.
//
// It must import nothing of ours.
package casing
