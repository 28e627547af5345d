// want: timeout | completed
// backtracking through a named group
export default () => /(?<x>(y+y+)+)z\k<x>/.test('y'.repeat(60));
