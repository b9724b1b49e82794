import { route } from '@/lib/auth/route';
import { ServiceError } from '@/lib/services/error';

/** Whatever no other route answers: 404 as JSON, as all errors of the API are. */
const nowhere = route(async () => {
  throw new ServiceError('not_found', 'There is nothing at this address.', 'Look at the address again.');
});

export { nowhere as DELETE, nowhere as GET, nowhere as PATCH, nowhere as POST, nowhere as PUT };
