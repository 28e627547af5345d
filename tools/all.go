package tools

import "ratchet/registry"

// All lists every tool of the product. Reading it is reading the product.
func All() []registry.Tool {
	return []registry.Tool{
		// Tasks.
		ListTasks,
		CreateTask,
		EditTask,
		ValidateTask,
		DeleteTask,
		RestoreTask,
		ListTemplates,
		GenerateFromTemplate,
		GetTask,
		ListVersions,
		// Executions.
		ExecuteTask,
		GetExecutionStatus,
		GetExecutionLogs,
		GetExecutionTrace,
		GetExecutionRecording,
		AnalyzeExecutionError,
		ListExecutions,
		StoreResult,
		GetResults,
		RunTests,
		CancelExecution,
		RetryExecution,
		ExecutionStats,
		UpdateExecution,
		DeleteExecution,
		ReplayExecution,
		ForkExecution,
		PromoteToTest,
		DebugTask,
		// Administration.
		QueryAudit,
		SecurityAudit,
		ListUsers,
		CreateUser,
		UpdateUser,
		DeleteUser,
		ListKeys,
		CreateKey,
		UpdateKey,
		RotateKey,
		RevokeKey,
		ListSecrets,
		SetSecret,
		DeleteSecret,
		RotateMasterKey,
		ListWorkers,
		ScaleWorkers,
		SystemHealth,
		GetConfig,
		SetConfig,
		// Guides.
		EndpointReference,
		IntegrationGuide,
		Walkthrough,
	}
}
