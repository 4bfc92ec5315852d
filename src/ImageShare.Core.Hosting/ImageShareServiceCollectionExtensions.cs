using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace ImageShare.Core.Hosting;

/// <summary>Adds an Image Share client to the services of a host.</summary>
public static class ImageShareServiceCollectionExtensions
{
    /// <summary>The section that is read of a whole configuration.</summary>
    public const string SectionName = "ImageShare";

    /// <summary>
    /// Adds a client that is started and stopped with the host. Its options come from the configuration (docs/hosting.md lists them) and from
    /// <see cref="ImageShareBuilder.ConfigureClient"/>. The host does not start with an option that is unknown, wrong or missing; the exception names each. A host has
    /// one client; services get it from <see cref="IImageShareHost"/>.
    /// </summary>
    /// <param name="services">The services.</param>
    /// <param name="configuration">A section with the options, or a whole configuration, of which <see cref="SectionName"/> is read.</param>
    /// <exception cref="InvalidOperationException">There is a client already.</exception>
    public static ImageShareBuilder AddImageShare(this IServiceCollection services, IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(configuration);
        if (services.Any(static service => service.ServiceType == typeof(ImageShareService)))
        {
            throw new InvalidOperationException("AddImageShare was called before; a host has one Image Share client.");
        }

        IConfigurationSection section = configuration as IConfigurationSection ?? configuration.GetSection(SectionName);
        services.AddSingleton(new WatchedConfiguration(section));
        services.AddSingleton<IOptionsChangeTokenSource<ImageShareHostOptions>>(static provider => provider.GetRequiredService<WatchedConfiguration>());
        services.AddOptions<ImageShareHostOptions>()
            .Configure<IServiceProvider>((options, provider) =>
            {
                options.Client = options.Client with
                {
                    LoggerFactory = provider.GetService<ILoggerFactory>() ?? options.Client.LoggerFactory,
                    TimeProvider = provider.GetService<TimeProvider>() ?? options.Client.TimeProvider,
                };
                new ConfigurationReader(section).ReadInto(options);
            })
            .ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<ImageShareHostOptions>, HostOptionsValidation>());
        services.AddSingleton<ImageShareService>();
        services.AddSingleton<IImageShareHost>(static provider => provider.GetRequiredService<ImageShareService>());
        services.AddHostedService(static provider => provider.GetRequiredService<ImageShareService>());
        return new ImageShareBuilder(services);
    }
}
