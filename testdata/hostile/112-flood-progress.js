// want: limit memory | timeout | completed
// a million reports of progress
export default (input, context) => { for (let i = 0; i < 1e6; i++) context.reportProgress({ progress: i / 1e6, message: 'm'.repeat(900) }); return 'end'; };
