/** The picture itself, at the end of a main experience. */

import { words } from "../model/words.ts";
import { JobCard, PictureActions, Reveal } from "../parts/result.tsx";
import { StepHead } from "../parts/step-head.tsx";
import { hasFailed, isInProgress, useAddress, usePicture } from "../parts/use-picture.ts";
import type { StepProps } from "./props.ts";

export function Reward({ venue, play, step }: StepProps) {
  const completed = play.session.status === "completed";
  const followed = usePicture(play.backend, completed);
  const { picture } = followed;
  const address = useAddress(play.backend, picture.url);
  const { name } = venue;
  const inProgress = isInProgress(picture);
  return (
    <div class={`result ${picture.url || inProgress ? "with-picture" : ""}`}>
      {hasFailed(picture) ? null : (
        <StepHead
          step={inProgress ? { ...step, title: words().result.inProgress, description: "" } : step}
          venue={inProgress ? null : venue}
          makesPicture={picture.status !== "none"}
        />
      )}
      <Reveal picture={picture} name={name} />
      {completed ? <JobCard followed={followed} /> : null}
      {picture.url && !inProgress ? (
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
