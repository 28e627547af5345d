// want: refused
// a file of the host
import users from '/etc/passwd';
export default () => users;
