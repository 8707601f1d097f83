/** The picture itself, at the end of a main experience. */

import { JobCard, PictureActions, Reveal } from "../parts/result.tsx";
import { isInProgress, useAddress, usePicture } from "../parts/use-picture.ts";
import type { StepProps } from "./props.ts";

export function Reward({ venue, play, step }: StepProps) {
  const completed = play.session.status === "completed";
  const followed = usePicture(play.backend, completed);
  const { picture } = followed;
  const address = useAddress(play.backend, picture.url);
  const { name } = venue;
  return (
    <div class="result">
      <Reveal picture={picture} name={name} />
      {completed ? <JobCard followed={followed} /> : null}
      {picture.url && !isInProgress(picture) ? (
        <PictureActions
          url={picture.url}
          address={address}
          name={name}
          config={step.config ?? {}}
          withQr={false}
        />
      ) : null}
    </div>
  );
}
