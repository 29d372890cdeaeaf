/* A date of the library as wall time, "2026-11-27T09:00": its local fields are the person's clock, whatever the browser's zone is. */

const two = (number) => String(number).padStart(2, "0");

export default (at) => `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}T${two(at.getHours())}:${two(at.getMinutes())}`;
