using ImageShare.Core.Sharing;

namespace ImageShare.Cli.Reporting;

/// <summary>Is told how a share goes on.</summary>
internal interface IShareWatcher
{
    void State(ImageShareState state);

    void Progress(ImageShareProgress progress);

    /// <summary>All bytes are here; they are being written and checked.</summary>
    void Storing();

    /// <summary>Nothing has moved for a while.</summary>
    /// <param name="still">For how long.</param>
    /// <param name="givenUpAfter">After how long the share is given up.</param>
    void Stalled(TimeSpan still, TimeSpan givenUpAfter);

    /// <summary>Called twice a second.</summary>
    void Beat();
}
