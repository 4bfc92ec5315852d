using ImageShare.Core.Sharing;

namespace ImageShare.Cli.Reporting;

/// <summary>For --quiet, and for a share whose messages are drawn.</summary>
internal sealed class NoWatcher : IShareWatcher
{
    public void State(ImageShareState state)
    {
    }

    public void Progress(ImageShareProgress progress)
    {
    }

    public void Storing()
    {
    }

    public void Stalled(TimeSpan still, TimeSpan givenUpAfter)
    {
    }

    public void Beat()
    {
    }
}
