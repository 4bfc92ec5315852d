using ImageShare.Cli.Commands;
using ImageShare.Cli.Reporting;
using ImageShare.Cli.Resuming;
using ImageShare.Core;
using ImageShare.Core.Sharing;
using ImageShare.Core.Sip;

namespace ImageShare.Cli.Shares;

/// <summary>Sends the images of one command. A failure does not stop the next ones, unless the peer cannot receive any.</summary>
internal sealed class Sender(IReporter reporter, ImageShareClient client, SipUri peer)
{
    public required ShareSettings Settings { get; init; }

    /// <summary>Whether to resume interrupted transfers.</summary>
    public bool Resumes { get; init; }

    /// <summary>One after another, each in its own session (IR.79 §3.1).</summary>
    /// <returns>The exit status: success if all arrived; interrupted after Ctrl-C, with the remaining images not started.</returns>
    public async Task<int> SendEachAsync(PictureToSend[] pictures, CancellationToken cancellationToken)
    {
        int status = ExitStatus.Done;
        for (int i = 0; i < pictures.Length; i++)
        {
            if (cancellationToken.IsCancellationRequested)
            {
                return ExitStatus.Interrupted;
            }

            if (pictures.Length > 1)
            {
                reporter.Sending(pictures[i].Name, i + 1, pictures.Length);
            }

            switch (await SendAsync(pictures[i], cancellationToken))
            {
                case ExitStatus.Done:
                    break;
                case ExitStatus.Failed:
                    status = ExitStatus.Failed;
                    break;
                case var final:
                    // Interrupted, or the peer cannot share images: the next image would fail too.
                    return final;
            }
        }

        return status;
    }

    /// <summary>All in one session (RFC 5547 §8.2.3). If one image cannot be read, none is sent.</summary>
    /// <returns>The exit status: success if all arrived.</returns>
    public async Task<int> SendTogetherAsync(PictureToSend[] pictures, CancellationToken cancellationToken)
    {
        for (int i = 0; i < pictures.Length; i++)
        {
            reporter.Sending(pictures[i].Name, i + 1, pictures.Length);
        }

        var images = new SharedImage[pictures.Length];
        var notes = new ResumeFile?[pictures.Length];
        for (int i = 0; i < pictures.Length; i++)
        {
            notes[i] = await NoteAsync(pictures[i], cancellationToken);
            images[i] = new SharedImage(pictures[i].Source) { Icon = pictures[i].Icon, Progress = notes[i], ResumeAt = notes[i]?.ResumeAt ?? 0 };
        }

        IReadOnlyList<ImageShareSession> sessions = await reporter.ReadAsync(
            string.Join(", ", pictures.Select(static picture => picture.Name)),
            pictures.Sum(static picture => picture.Size),
            () => client.ShareTogetherAsync(peer, images, Settings, cancellationToken));
        ImageShareResult[] results = await Task.WhenAll(sessions.Select(session => reporter.FollowAsync(session, cancellationToken)));
        for (int i = 0; i < results.Length; i++)
        {
            if (results[i].IsCompleted || (results[i].State == ImageShareState.Declined && images[i].ResumeAt > 0))
            {
                // It is complete, or its rest was refused; the whole image may be accepted another time.
                notes[i]?.Delete();
            }
        }

        int[] statuses = [.. results.Select(result => FollowedShare.ExitStatusOf(result, cancellationToken)).Where(static status => status != ExitStatus.Done)];
        return statuses.Length == 0 ? ExitStatus.Done : statuses.All(status => status == statuses[0]) ? statuses[0] : ExitStatus.Failed;
    }

    private async Task<int> SendAsync(PictureToSend picture, CancellationToken cancellationToken)
    {
        try
        {
            ResumeFile? resuming = await NoteAsync(picture, cancellationToken);
            ShareSettings settings = Settings with { Icon = picture.Icon, Progress = resuming, ResumeAt = resuming?.ResumeAt ?? 0 };
            await using ImageShareSession session = await reporter.ReadAsync(
                picture.Name, picture.Size, () => client.ShareAsync(peer, picture.Source, settings, cancellationToken));
            ImageShareResult result = await reporter.FollowAsync(session, cancellationToken);
            if (result.IsCompleted)
            {
                resuming?.Delete();
            }

            return FollowedShare.ExitStatusOf(result, cancellationToken);
        }
        catch (ImageShareException e) when (e.Error is ImageShareError.FileNotFound or ImageShareError.SourceUnreadable or ImageShareError.TypeNotAccepted)
        {
            reporter.Failed(e.Error, e.Message, null, null, new ShareName(null, 0, picture.Name));
            return ExitStatus.Failed;
        }
    }

    private async Task<ResumeFile?> NoteAsync(PictureToSend picture, CancellationToken cancellationToken) =>
        Resumes && picture.File is { } file ? ResumeFile.Open(file.FullName, peer, await picture.Source.DescribeAsync(cancellationToken)) : null;
}
